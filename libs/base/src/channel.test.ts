import { describe, expect, test } from '@jest/globals';
import { Channel, ChannelOverflow } from './channel';

describe('Channel', () => {
  test('hands items over in order, whether pushed before or after the consumer waits', async () => {
    const channel = new Channel<number>(10);
    channel.push(1);
    channel.push(2);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of channel) seen.push(item);
    })();
    await Promise.resolve();
    channel.push(3);
    channel.close();
    await reading;
    expect(seen).toEqual([1, 2, 3]);
  });

  test('an overflow closes it; what was queued still comes, then the error', async () => {
    const channel = new Channel<number>(2);
    expect([channel.push(1), channel.push(2), channel.push(3), channel.push(4)]).toEqual([true, true, false, false]);
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const item of channel) seen.push(item);
      })(),
    ).rejects.toThrow(ChannelOverflow);
    expect(seen).toEqual([1, 2]);
  });
});

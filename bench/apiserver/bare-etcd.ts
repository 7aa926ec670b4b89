import http2 from 'node:http2';

/** writeToEtcd sends transactions (if the key is absent, put it) straight to etcd, as gRPC over plain HTTP/2, and answers how long they took. */
export async function writeToEtcd(url: string, count: number, inFlight: number, bytes: number): Promise<number> {
  const session = http2.connect(url);
  const value = Buffer.alloc(bytes, 'x');
  const run = String(process.hrtime.bigint());
  let next = 0;
  const worker = async () => {
    while (next < count) await call(session, transaction(`/bench/${run}/${next++}`, value));
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const ms = performance.now() - began;
  session.destroy();
  return ms;
}

function call(session: http2.ClientHttp2Session, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/etcdserverpb.KV/Txn',
      'content-type': 'application/grpc+proto',
      te: 'trailers',
    });
    stream.once('trailers', trailers => {
      if (trailers['grpc-status'] === '0') resolve();
      else reject(new Error(String(trailers['grpc-message'])));
    });
    stream.once('error', reject);
    stream.resume();
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([head, message]));
  });
}

/** transaction is a TxnRequest: compare the key's mod revision with 0, then put. */
function transaction(name: string, value: Buffer): Buffer {
  const key = Buffer.from(name);
  const MOD = 2;
  const compare = Buffer.concat([Buffer.from([0x10, MOD]), field(3, key), Buffer.from([0x30, 0])]);
  return Buffer.concat([field(1, compare), field(2, field(2, Buffer.concat([field(1, key), field(2, value)])))]);
}

/** field is a length-delimited field of a protobuf message. */
function field(number: number, bytes: Buffer): Buffer {
  const head = [(number << 3) | 2];
  let length = bytes.length;
  for (; length > 0x7f; length >>>= 7) head.push((length & 0x7f) | 0x80);
  head.push(length);
  return Buffer.concat([Buffer.from(head), bytes]);
}

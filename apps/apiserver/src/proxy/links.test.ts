import { describe, expect, test } from '@jest/globals';
import { rewriteLink, rewriteLinks } from './links';

const BASE = '/api/v1/namespaces/n/pods/p:1080/proxy';
const TARGET = { host: '10.0.0.1', port: 1080 };

describe('rewriteLink', () => {
  test.each([
    ['a path of the target', '/x/?q=1', `${BASE}/x/?q=1`],
    ['a path that is the proxy’s already', `${BASE}/x`, `${BASE}/x`],
    ['a relative one', 'x/y', 'x/y'],
    ['the target by its address', 'http://10.0.0.1:1080/x?q#f', `${BASE}/x?q#f`],
    ['the same address, another port', 'http://10.0.0.1/x', 'http://10.0.0.1/x'],
    ['another host', 'https://example.com/x', 'https://example.com/x'],
    ['another host, the same scheme', '//example.com/x', '//example.com/x'],
  ])('%s', (_name, link, wanted) => expect(rewriteLink(link, TARGET, BASE)).toBe(wanted));
});

test('the port that a scheme has goes without saying', () => {
  expect(rewriteLink('http://10.0.0.1/x', { host: '10.0.0.1', port: 80 }, BASE)).toBe(`${BASE}/x`);
});

describe('rewriteLinks', () => {
  test.each([
    ['<a href="/x">test</a>', '<a href="P/x">test</a>'],
    ["<A class=b HREF='/x' >", "<A class=b HREF='P/x' >"],
    ['<img src=/a longdesc = "/b" alt="/c">', '<img src=P/a longdesc = "P/b" alt="/c">'],
    ['<a title="a > b" href="/x">', '<a title="a > b" href="P/x">'],
    ['<p href="/x"> 1 < 2 <b>/y</b>', '<p href="/x"> 1 < 2 <b>/y</b>'],
    ['<!-- <a href="/x"> --><a href="/y">', '<!-- <a href="/x"> --><a href="P/y">'],
    ['<script src="/s">"<a href=/x>"</SCRIPT><a href="/y">', '<script src="P/s">"<a href=/x>"</SCRIPT><a href="P/y">'],
    ['<a href="/x', '<a href="/x'],
    ['<a href="/x"><a b=\'"', '<a href="P/x"><a b=\'"'],
  ])('%s', (html, wanted) =>
    expect(rewriteLinks(html, link => (link.startsWith('/') ? `P${link}` : link))).toBe(wanted),
  );

  test.each([
    '<a '.repeat(200_000),
    `<a ${'x'.repeat(500_000)}`,
    `<a x${' '.repeat(500_000)}>`,
    '<a b="'.repeat(100_000),
  ])('is done soon with what has no end: %.10s', html => expect(rewriteLinks(html, link => link)).toBe(html));
});

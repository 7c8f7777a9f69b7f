// Contents that are known by their names, so that they need not be kept to be compared: files and pictures.

import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { deflateSync } from 'node:zlib';

/** The SHA-256 of bytes, in hexadecimal digits. */
export const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');

/** The content of the file of that name: the same bytes each time, and like those of no other name. */
export function content(name, size) {
    const seed = createHash('sha256').update(name).digest();
    return createCipheriv('aes-128-ctr', seed.subarray(0, 16), seed.subarray(16)).update(Buffer.alloc(size));
}

/** A picture of one colour, as PNG. */
export function picture([red, green, blue]) {
    const side = 64;
    const row = Buffer.from([0, ...Array(side).fill([red, green, blue]).flat()]);
    const header = Buffer.alloc(13);
    header.writeUInt32BE(side, 0);
    header.writeUInt32BE(side, 4);
    header.set([8, 2], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const pixels = deflateSync(Buffer.concat(Array(side).fill(row)));
    return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(kind, data) {
    const named = Buffer.concat([Buffer.from(kind), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
}

function crc32(bytes) {
    let sum = ~0;
    for (const byte of bytes) {
        sum ^= byte;
        for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum >>> 0;
}

/** Writes a file of random bytes, and gives the SHA-256 of it in hexadecimal digits. */
export function randomFile(path, size) {
    const [file, sum] = [openSync(path, 'w'), createHash('sha256')];
    for (let left = size; left > 0; left -= 1 << 20) {
        const bytes = randomBytes(Math.min(left, 1 << 20));
        sum.update(bytes);
        writeSync(file, bytes);
    }
    closeSync(file);
    return sum.digest('hex');
}

// Files to upload, generated here, and their digests.

import { createHash, randomBytes } from 'node:crypto';
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { deflateSync } from 'node:zlib';

export interface Sample {
    name: string;
    mimeType: string;
    buffer: Buffer;
}

export function sha256(bytes: Buffer): string {
    return createHash('sha256').update(bytes).digest('hex');
}

export async function sha256OfFile(path: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest('hex');
}

/** Writes a file of random bytes, of any size; returns its SHA-256. */
export function randomFile(path: string, size: number): string {
    const [file, hash, step] = [openSync(path, 'w'), createHash('sha256'), 1 << 20];
    for (let left = size; left > 0; left -= step) {
        const bytes = randomBytes(Math.min(left, step));
        hash.update(bytes);
        writeSync(file, bytes);
    }
    closeSync(file);
    return hash.digest('hex');
}

/** A file of random bytes, different from every other. */
export function binary(name: string, size = 3000): Sample {
    return { name, mimeType: 'application/octet-stream', buffer: randomBytes(size) };
}

export function text(name: string, content = `This is ${name}.\n`): Sample {
    return { name, mimeType: 'text/plain', buffer: Buffer.from(content) };
}

/** A WAV of a tone with one channel of sixteen bits, 8,000 times a second. */
export function tone(name: string, seconds: number): Sample {
    const [rate, samples] = [8000, 8000 * seconds];
    const buffer = Buffer.alloc(44 + samples * 2);
    buffer.write('RIFF', 0);
    buffer.writeUInt32LE(buffer.length - 8, 4);
    buffer.write('WAVEfmt ', 8);
    buffer.writeUInt32LE(16, 16);
    buffer.writeUInt16LE(1, 20);
    buffer.writeUInt16LE(1, 22);
    buffer.writeUInt32LE(rate, 24);
    buffer.writeUInt32LE(rate * 2, 28);
    buffer.writeUInt16LE(2, 32);
    buffer.writeUInt16LE(16, 34);
    buffer.write('data', 36);
    buffer.writeUInt32LE(samples * 2, 40);
    for (let at = 0; at < samples; at++) buffer.writeInt16LE(Math.round(9000 * Math.sin(at / 3)), 44 + at * 2);
    return { name, mimeType: 'audio/wav', buffer };
}

/** A PNG with eight bits per channel and no alpha, filled with a diagonal gradient. */
export function png(name: string, width = 300, height = 200): Sample {
    const rows = Buffer.alloc(height * (1 + width * 3));
    for (let y = 0, at = 0; y < height; y++) {
        rows[at++] = 0;
        for (let x = 0; x < width; x++) {
            rows[at++] = (x * 255) / width;
            rows[at++] = (y * 255) / height;
            rows[at++] = 160;
        }
    }
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 2, 0, 0, 0], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const buffer = Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
    return { name, mimeType: 'image/png', buffer };
}

function chunk(type: string, data: Buffer): Buffer {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
}

export function crc32(bytes: Buffer): number {
    let crc = ~0;
    for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
}

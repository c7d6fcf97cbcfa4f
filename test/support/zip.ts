import { crc32, deflateRawSync } from 'node:zlib';

/** An entry to put in a test zip; the overrides make it lie about itself. */
export interface ZipItem {
  readonly path: string;
  readonly data: Buffer;
  readonly stored?: boolean;
  readonly encrypted?: boolean;
  readonly symlink?: boolean;
  readonly declaredSize?: number;
  readonly crc?: number;
  /** Bytes between the entry's own header and its data, which the directory does not repeat. */
  readonly localExtra?: Buffer;
}

/** A zip file of these entries, written byte by byte so that it may hold what no zip tool would write. */
export function makeZip(items: readonly ZipItem[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const item of items) {
    const name = Buffer.from(item.path, 'utf8');
    const data = item.stored === true ? item.data : deflateRawSync(item.data);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800 | (item.encrypted === true ? 1 : 0), 2);
    fields.writeUInt16LE(item.stored === true ? 0 : 8, 4);
    fields.writeUInt32LE(item.crc ?? crc32(item.data), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(item.declaredSize ?? item.data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const extra = item.localExtra ?? Buffer.alloc(0);
    const local = Buffer.from(fields);
    local.writeUInt16LE(extra.length, 24);
    parts.push(signature(0x04034b50), local, name, extra, data);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(item.symlink === true ? (0o120777 << 16) >>> 0 : (0o100644 << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(signature(0x02014b50), Buffer.from([20, 3]), fields, tail, name);
    offset += 30 + name.length + extra.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(items.length, 4);
  end.writeUInt16LE(items.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

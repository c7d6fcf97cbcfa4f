import { PickleGlobal, PickleList, PickleMachine, type UnpickleOptions } from './pickle-machine.ts';

const PROTO = 0x80;
const PROTOCOL = 2;
const STOP = 0x2e;

/**
 * Reads a pickle of protocol 2 as data: lists, tuples, dictionaries, numbers and texts, and what the given globals
 * make of them. Nothing else is ever looked up or called: any other name or opcode is refused, as is every stack or
 * memo that does not add up. The opcodes are those of CPython's `pickletools` that torch.save writes.
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): unknown {
  const machine = new PickleMachine(bytes, options);
  if (machine.byte() !== PROTO || machine.byte() !== PROTOCOL) {
    throw options.refuse('its pickle is not of protocol 2, which torch.save writes unless told otherwise');
  }
  for (;;) {
    const opcode = machine.byte();
    if (opcode === STOP) return machine.result();
    const run = OPCODES.get(opcode);
    if (run === undefined)
      throw options.refuse(`its pickle has the opcode 0x${opcode.toString(16)}, which is not allowed`);
    run(machine);
  }
}

type Run = (machine: PickleMachine) => void;

const OPCODES: ReadonlyMap<number, Run> = new Map(
  Object.entries<Run>({
    '(': (machine) => machine.mark(),
    N: (machine) => machine.push(null),
    '\x88': (machine) => machine.push(true),
    '\x89': (machine) => machine.push(false),
    K: (machine) => machine.push(machine.byte()),
    M: (machine) => machine.push(machine.number(2, (view, at) => view.getUint16(at, true))),
    J: (machine) => machine.push(machine.number(4, (view, at) => view.getInt32(at, true))),
    G: (machine) => machine.push(machine.number(8, (view, at) => view.getFloat64(at, false))),
    '\x8a': (machine) => machine.push(integerOf(machine.bytes(machine.byte()))),
    X: (machine) => machine.push(machine.text(machine.uint32())),
    ')': (machine) => machine.push([]),
    ']': (machine) => machine.push(new PickleList()),
    '}': (machine) => machine.push(new Map()),
    t: (machine) => machine.push(machine.popToMark()),
    '\x85': (machine) => machine.push(machine.popMany(1)),
    '\x86': (machine) => machine.push(machine.popMany(2)),
    '\x87': (machine) => machine.push(machine.popMany(3)),
    a: (machine) => append(machine, machine.popMany(1)),
    e: (machine) => append(machine, machine.popToMark()),
    s: (machine) => setItems(machine, machine.popMany(2)),
    u: (machine) => setItems(machine, machine.popToMark()),
    q: (machine) => machine.keep(machine.byte()),
    r: (machine) => machine.keep(machine.uint32()),
    h: (machine) => machine.recall(machine.byte()),
    j: (machine) => machine.recall(machine.uint32()),
    c: findGlobal,
    R: reduce,
    b: build,
    Q: (machine) => machine.push(machine.options.persistent(machine.pop())),
  }).map(([character, run]) => [character.charCodeAt(0), run]),
);

/** A two's complement integer, lowest byte first, of any length. */
function integerOf(bytes: Uint8Array): number | bigint {
  const unsigned = bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const value = BigInt.asIntN(bytes.length * 8, unsigned);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function append(machine: PickleMachine, items: readonly unknown[]): void {
  const target = machine.top();
  if (!(target instanceof PickleList)) throw machine.options.refuse('its pickle appends to what is no list');
  for (const item of items) target.items.push(item);
}

function setItems(machine: PickleMachine, items: readonly unknown[]): void {
  const target = machine.top();
  if (!(target instanceof Map) || items.length % 2 !== 0) {
    throw machine.options.refuse('its pickle sets items of what is no dictionary');
  }
  for (let index = 0; index < items.length; index += 2) target.set(items[index], items[index + 1]);
}

function findGlobal(machine: PickleMachine): void {
  const name = `${machine.line()}.${machine.line()}`;
  const found = machine.options.globals.get(name);
  if (found === undefined) {
    throw machine.options.refuse(`its pickle asks for ${name}, which is not among the names that weights need`);
  }
  machine.push(found);
}

function reduce(machine: PickleMachine): void {
  const args = machine.pop();
  const callee = machine.pop();
  if (!(callee instanceof PickleGlobal) || callee.call === null || !Array.isArray(args)) {
    throw machine.options.refuse('its pickle calls what cannot be called');
  }
  machine.push(callee.call(args));
}

/** Attributes of a dictionary, such as the module versions that PyTorch keeps with a state dict, are read and dropped. */
function build(machine: PickleMachine): void {
  const state = machine.pop();
  if (!(machine.top() instanceof Map && state instanceof Map)) {
    throw machine.options.refuse('its pickle gives a state to what is no dictionary');
  }
}

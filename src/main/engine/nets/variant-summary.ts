import type { VariantSummary } from '../../../shared/contract/nets.ts';
import { costOf, inventory } from '../onnx/inventory.ts';
import { elementCount } from '../onnx/tensor.ts';
import { findNet } from './index.ts';
import { instantiate, type NetInstance } from './instantiate.ts';
import { configFor } from './registry.ts';
import type { Variant } from './variants.ts';

/** A named network's sizes, counted in its graph of one face; no weights are made for it. */
export function summariseVariant(variant: Variant): VariantSummary {
  const { graph, input, outputs, specs } = buildVariant(variant);
  const [, ...shape] = input.staticShape;
  return {
    name: variant.name,
    kind: variant.kind,
    input: shape as VariantSummary['input'],
    classes: outputs.output.staticShape[1]!,
    parameters: parameterCount(specs),
    ...costOf(inventory(graph).reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0)),
  };
}

/** A variant's graph of one face whose weights are inputs. */
export function buildVariant({ kind, config }: Variant): NetInstance {
  const net = findNet(kind);
  return instantiate(net, configFor(net, config), { batch: 1 });
}

/** How many numbers training changes. */
export const parameterCount = (specs: NetInstance['specs']): number =>
  specs.reduce((sum, { kind, shape }) => (kind === 'parameter' ? sum + elementCount(shape) : sum), 0);

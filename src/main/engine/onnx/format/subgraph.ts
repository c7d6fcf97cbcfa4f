import type { AttributeProto, GraphProto, NodeProto, TensorProto } from './proto.ts';

/** The graphs that a node's attributes hold: the branches of an If, the body of a Loop. */
export const graphsIn = ({ attribute = [] }: Pick<NodeProto, 'attribute'>): readonly GraphProto[] =>
  attribute.flatMap(({ g, graphs = [] }) => (g === undefined ? graphs : [g, ...graphs]));

/** The names that a node's graphs read from the graph around them, in the order in which they first appear. */
export function capturedNames(node: Pick<NodeProto, 'attribute'>): readonly string[] {
  return [...new Set(graphsIn(node).flatMap(freeNames))];
}

function freeNames(graph: GraphProto): readonly string[] {
  const own = new Set(storedNames(graph));
  const free: string[] = [];
  const read = (name: string): void => {
    if (name !== '' && !own.has(name)) free.push(name);
  };
  for (const node of graph.node ?? []) {
    for (const name of node.input ?? []) read(name);
    for (const name of capturedNames(node)) read(name);
    for (const name of node.output ?? []) own.add(name);
  }
  for (const { name } of graph.output ?? []) read(name);
  return free;
}

/** The names of a graph's inputs and initializers. */
export const storedNames = ({
  input = [],
  initializer = [],
  sparseInitializer = [],
}: GraphProto): readonly string[] => [
  ...input.map(({ name }) => name),
  ...initializer.map(({ name = '' }) => name),
  ...sparseInitializer.map(({ values }) => values?.name ?? ''),
];

/** Every value's name in a graph and in the graphs of its nodes. */
export function allNames(graph: GraphProto): readonly string[] {
  const computed = (graph.node ?? []).flatMap((node) => [...(node.output ?? []), ...graphsIn(node).flatMap(allNames)]);
  return [...storedNames(graph), ...computed];
}

/** An attribute with each tensor in it, however deep in a graph, as `change` makes it. */
export const withTensors = (
  { t, g, tensors, graphs, ...rest }: AttributeProto,
  change: (tensor: TensorProto) => TensorProto,
): AttributeProto => ({
  ...rest,
  ...(t && { t: change(t) }),
  ...(g && { g: graphWithTensors(g, change) }),
  ...(tensors && { tensors: tensors.map(change) }),
  ...(graphs && { graphs: graphs.map((graph) => graphWithTensors(graph, change)) }),
});

const graphWithTensors = (graph: GraphProto, change: (tensor: TensorProto) => TensorProto): GraphProto => ({
  ...graph,
  initializer: graph.initializer?.map(change) ?? [],
  node: (graph.node ?? []).map((node) => ({
    ...node,
    attribute: (node.attribute ?? []).map((attribute) => withTensors(attribute, change)),
  })),
});

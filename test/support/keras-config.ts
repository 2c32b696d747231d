/** Configurations of Keras models as JSON values, for tests. */

type Json = Record<string, unknown>;

/** A layer of a functional model of Keras 1 and 2; `from` names the layers that it is called with. */
export function layer(className: string, name: string, from: readonly string[] = [], config: Json = {}): Json {
  const nodes = from.length > 0 ? [from.map((one) => [one, 0, 0, {}])] : [];
  return { class_name: className, name, config: { name, ...config }, inbound_nodes: nodes };
}

export function functional(layers: readonly Json[], inputs: readonly string[], outputs: readonly string[]): Json {
  const ends = (names: readonly string[]) => names.map((name) => [name, 0, 0]);
  return {
    class_name: 'Functional',
    config: { name: 'net', layers, input_layers: ends(inputs), output_layers: ends(outputs) },
  };
}

export function sequential(layers: readonly Json[]): Json {
  return { class_name: 'Sequential', config: { name: 'chain', layers } };
}

/** A layer as Keras 3 writes it, called with the layers named in `from`. */
export function layer3(className: string, name: string, from: readonly string[] = [], config: Json = {}): Json {
  const args = from.map((one) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null], dtype: 'float32', keras_history: [one, 0, 0] },
  }));
  return {
    module: 'keras.layers',
    class_name: className,
    name,
    config: { name, ...config },
    inbound_nodes: from.length > 0 ? [{ args, kwargs: {} }] : [],
  };
}

/** Built-in operators that the head walk knows, by their number in the TFLite schema. */
export const OPERATOR_NAMES: Readonly<Record<number, string>> = {
  0: 'ADD',
  1: 'AVERAGE_POOL_2D',
  3: 'CONV_2D',
  6: 'DEQUANTIZE',
  9: 'FULLY_CONNECTED',
  14: 'LOGISTIC',
  18: 'MUL',
  19: 'RELU',
  20: 'RELU_N1_TO_1',
  21: 'RELU6',
  22: 'RESHAPE',
  25: 'SOFTMAX',
  39: 'TRANSPOSE',
  40: 'MEAN',
  41: 'SUB',
  42: 'DIV',
  43: 'SQUEEZE',
  45: 'STRIDED_SLICE',
  50: 'LOG_SOFTMAX',
  53: 'CAST',
  65: 'SLICE',
  70: 'EXPAND_DIMS',
  80: 'FAKE_QUANT',
  98: 'LEAKY_RELU',
  114: 'QUANTIZE',
  126: 'BATCH_MATMUL',
  152: 'RELU_0_TO_1',
};

/** Operators whose options the walk looks at. */
export const OPERATORS_WITH_OPTIONS: ReadonlySet<string> = new Set([
  'FULLY_CONNECTED',
  'STRIDED_SLICE',
  'BATCH_MATMUL',
]);

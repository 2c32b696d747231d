/**
 * The class index of each image's label, −1 without a label: labels that are all class numbers are taken as such; as many
 * different labels as there are classes in their sorted order, as folders of classes are read by torchvision and Keras.
 * Null where neither is so. `note` says what was assumed, or why there is nothing.
 */
export function trueClasses(
  labels: readonly (string | undefined)[],
  classes: number,
): { classes: Int32Array | null; note: string | null } {
  const names = [...new Set(labels)].filter((label) => label !== undefined).sort();
  if (names.length === 0)
    return { classes: null, note: 'no image has a label, so nothing tells which answers are right.' };
  if (names.every((name) => /^\d+$/.test(name) && Number(name) < classes))
    return { classes: Int32Array.from(labels, (label) => (label === undefined ? -1 : Number(label))), note: null };
  if (names.length === classes)
    return {
      classes: Int32Array.from(labels, (label) => (label === undefined ? -1 : names.indexOf(label))),
      note: `Assumed: the ${classes} classes are the ${classes} labels in their sorted order, as folders of classes are read.`,
    };
  return {
    classes: null,
    note: `the images have ${names.length} different ${names.length === 1 ? 'label' : 'labels'}, such as "${names[0]}", and the outputs ${classes} classes, so nothing tells which answers are right. Labels that are class numbers from 0 to ${classes - 1} do.`,
  };
}

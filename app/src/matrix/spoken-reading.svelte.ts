/**
 * What a screen reader says of the cell under the cursor: the sentence a moment after the last move by key, so that held
 * keys do not pile up sentences. `moves` counts the moves by key; those of the pointer are not spoken.
 */
export function spokenReading(sentence: () => string, moves: () => number): { readonly text: string } {
  let text = $state('');
  let last = 0;
  $effect(() => {
    const count = moves();
    if (count === last) return;
    const said = sentence();
    const timer = setTimeout(() => {
      text = said;
      last = count;
    }, 220);
    return () => clearTimeout(timer);
  });
  return {
    get text() {
      return text;
    },
  };
}

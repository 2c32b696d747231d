import type { Attachment } from 'svelte/attachments';

/**
 * For what scrolls within the page: while its contents are larger than its place, it takes the focus, so that arrows
 * scroll it, and says what it is. A list keeps its role.
 */
export function scrollable(label: string): Attachment<HTMLElement> {
  return (node) => {
    const isPlain = node.localName === 'div' && !node.hasAttribute('role');
    const settle = (): void => {
      const scrolls = node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight;
      if (scrolls) {
        node.tabIndex = 0;
        node.setAttribute('aria-label', label);
        if (isPlain) node.setAttribute('role', 'region');
      } else {
        node.removeAttribute('tabindex');
        node.removeAttribute('aria-label');
        if (isPlain) node.removeAttribute('role');
      }
    };
    const sizes = new ResizeObserver(settle);
    const watch = (): void => {
      sizes.disconnect();
      for (const part of [node, ...node.children]) sizes.observe(part);
    };
    const contents = new MutationObserver(() => {
      watch();
      settle();
    });
    contents.observe(node, { childList: true });
    watch();
    settle();
    return () => {
      sizes.disconnect();
      contents.disconnect();
    };
  };
}

/**
 * What goes to paper is a sheet of its own beside the application: a frame that
 * fills the screen and scrolls inside prints only what is in view.
 */
import "./paper.css";

/** Moves a node out of the frame to the page's body, for as long as it lives. */
export function onPaper(sheet: HTMLElement): { destroy: () => void } {
  document.body.append(sheet);
  return {
    destroy() {
      sheet.remove();
    },
  };
}

import "./style.css";
import * as bands from "./bands.ts";
import * as convergence from "./convergence.ts";
import * as dielectric from "./dielectric.ts";
import * as job from "./job.ts";
import { byId } from "./page.ts";
import { CORES } from "./workshop.ts";

/** Tabs as screen readers know them: arrows move between them, one panel is shown. */
function beginTabs(): void {
  const tabs = [...document.querySelectorAll<HTMLButtonElement>('[role="tab"]')];
  const select = (chosen: HTMLButtonElement): void => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls")!, HTMLElement).hidden = !isChosen;
    }
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
      if (step === 0) return;
      const next = tabs[(i + step + tabs.length) % tabs.length]!;
      next.focus();
      select(next);
    });
  });
}

beginTabs();
for (const part of [job, convergence, bands, dielectric]) part.begin();
byId("machine", HTMLElement).textContent =
  `${CORES} ${CORES === 1 ? "processor" : "processors"}; memory is ${crossOriginIsolated ? "shared between workers" : "copied between workers, as this server does not isolate the page"}. Nothing leaves this machine.`;

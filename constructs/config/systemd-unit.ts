import { matching } from "./attributes";
import { show } from "./problem";

const SUFFIXES = ["service", "timer", "socket", "path", "mount", "target"];
const UNIT = new RegExp(`^(?=.{1,255}$)[A-Za-z0-9:_.\\\\-]+(@[A-Za-z0-9:_.\\\\-]+)?\\.(${SUFFIXES.join("|")})$`);

/** The name of a unit that can be started: with a suffix, and with an instance where it is a template. */
export const systemdUnit = matching(UNIT, (value) => {
  if (/@\.[a-z]+$/.test(value)) return `${show(value)} is a template; name an instance, e.g. ${show(value.replace("@.", "@1."))}`;
  if (/^[A-Za-z0-9:_@\\-]+$/.test(value)) return `${show(value)} has no suffix; write ${show(`${value}.service`)}`;
  return `${show(value)} is no unit name; it ends in one of ${SUFFIXES.map((suffix) => `.${suffix}`).join(", ")}`;
});

/** Units that a service must not own: minicluster stops a service's units where it leaves. */
export function isSystemUnit(unit: string): boolean {
  return /^(ssh|sshd|dbus|systemd-[a-z-]+)(@[^.]*)?\.(service|socket)$/.test(unit);
}

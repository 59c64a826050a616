import pc from "picocolors";

/** Colours for a terminal, and for nothing else: what is piped or kept in a log of CI stays plain. */
export default pc.createColors(process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb");

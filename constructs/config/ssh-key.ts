import { matching } from "./attributes";
import { show } from "./problem";

const TYPES = "ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\\.com|sk-ecdsa-sha2-nistp256@openssh\\.com";
const PUBLIC_KEY = new RegExp(`^(${TYPES}) AAAA[A-Za-z0-9+/]+={0,2}( [^\\x00-\\x1f\\x7f]*)?$`);

/** One line of a `.pub` file. A private key is never quoted back. */
export const sshPublicKey = matching(PUBLIC_KEY, (value) => {
  if (value.includes("PRIVATE KEY")) return "this is a private key; put the line of its .pub file here, and make a new key";
  if (/[\r\n]/.test(value)) return "a public key is one line; give each its own list item";
  return `${show(value)} is no public key; give a line of a .pub file: ssh-ed25519 AAAA... comment`;
});

/** Names in the vault. No import: the commands read these too, without cdktf. */

/** Folder of the operator's secrets, one file each, named in YAML as `secret: NAME`. */
export const SECRETS = "secrets";

/** Folder of notes of what a deploy has finished, one per resource. */
export const COMPLETIONS = "delivered";

/** The record among redeliveries: no node can have this name. */
export const RECORD_REDELIVERY = "(record)";

import { stringify } from "yaml";
import type { EmailModel, ReceiverModel, SecretName, WebhookModel } from "../config";
import type { SecretSpec } from "../payload/payload";

const SECRETS = "/etc/credentials/secrets/alertmanager";

/** Where a receiver's secret lies on a node. */
function secretPath(receiver: ReceiverModel, what: string): string {
  return `${SECRETS}/${receiver.name}-${what}`;
}

/**
 * alertmanager.yml. Every receiver has a route of its own and takes what its severities say; one event is one notification
 * for each alert and host.
 * @see https://prometheus.io/docs/alerting/0.28/configuration/
 */
export function alertmanagerConfiguration(receivers: readonly ReceiverModel[]): string {
  return stringify(
    {
      route: {
        receiver: "nobody",
        group_by: ["alertname", "host"],
        group_wait: "10s",
        group_interval: "1m",
        repeat_interval: "4h",
        routes: receivers.flatMap(routesOf),
      },
      receivers: [{ name: "nobody" }, ...receivers.map(receiverOf)],
    },
    { lineWidth: 0 },
  );
}

/** The secrets that the receivers need. Alertmanager reads them anew for each notification. */
export function receiverSecrets(receivers: readonly ReceiverModel[], owner: string): SecretSpec[] {
  return receivers.flatMap((receiver) => {
    const { email, webhook } = receiver;
    const wanted: Record<string, string | SecretName | undefined> = {
      password: email?.password,
      url: webhook?.url,
      token: webhook?.bearerToken,
      ca: webhook?.ca,
    };
    return Object.entries(wanted).flatMap(([what, value]) =>
      typeof value === "object" ? [{ name: value.secret, path: secretPath(receiver, what), owner }] : [],
    );
  });
}

function routesOf({ name, severities }: ReceiverModel) {
  const usual = severities.filter((severity) => severity !== "deadman");
  const route = (matcher: string, more: object = {}) => ({ receiver: name, matchers: [matcher], continue: true, ...more });
  return [
    ...(usual.length > 0 ? [route(`severity=~"${usual.join("|")}"`)] : []),
    ...(severities.includes("deadman") ? [route('severity="deadman"', { group_wait: "0s", repeat_interval: "5m" })] : []),
  ];
}

function receiverOf(receiver: ReceiverModel) {
  const { name, email, webhook } = receiver;
  return {
    name,
    ...(email === undefined ? {} : { email_configs: [emailOf(receiver, email)] }),
    ...(webhook === undefined ? {} : { webhook_configs: [webhookOf(receiver, webhook)] }),
  };
}

function emailOf(receiver: ReceiverModel, { to, from, smarthost, username, password, requireTls }: EmailModel) {
  return {
    to: to.join(", "),
    from,
    smarthost,
    require_tls: requireTls,
    send_resolved: true,
    ...(username === undefined ? {} : { auth_username: username }),
    ...(password === undefined ? {} : { auth_password_file: secretPath(receiver, "password") }),
  };
}

function webhookOf(receiver: ReceiverModel, { url, bearerToken, ca }: WebhookModel) {
  const http_config = {
    ...(bearerToken === undefined ? {} : { authorization: { credentials_file: secretPath(receiver, "token") } }),
    ...(ca === undefined ? {} : { tls_config: { ca_file: secretPath(receiver, "ca") } }),
  };
  return {
    ...(typeof url === "string" ? { url } : { url_file: secretPath(receiver, "url") }),
    send_resolved: true,
    ...(Object.keys(http_config).length === 0 ? {} : { http_config }),
  };
}

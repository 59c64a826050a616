import type { ReceiverModel } from "./model";
import type { ParsedAlerts } from "./monitoring-schema";
import { compareText } from "./problem";

/** A receiver of alerts in the model's words. */
export function receiverModel({ name, severities, email, webhook }: ParsedAlerts["receivers"][number]): ReceiverModel {
  return {
    name,
    severities: [...new Set(severities)].sort(compareText),
    ...(email === undefined ? {} : { email: { ...plain(email), to: [...new Set(email.to)].sort(compareText) } }),
    ...(webhook === undefined
      ? {}
      : {
          webhook: {
            url: webhook.url,
            ...(webhook.bearer_token === undefined ? {} : { bearerToken: webhook.bearer_token }),
            ...(webhook.ca === undefined ? {} : { ca: webhook.ca }),
          },
        }),
  };
}

function plain({ require_tls: requireTls, from, smarthost, username, password }: NonNullable<ParsedAlerts["receivers"][number]["email"]>) {
  return {
    from,
    smarthost,
    requireTls,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

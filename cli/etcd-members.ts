/** A member of etcd as `status` shows it. */
export interface EtcdMember {
  readonly name: string;
  /** It answers, with a quorum behind it. */
  readonly healthy: boolean;
  readonly leader: boolean;
  /** It does not vote yet. */
  readonly learner: boolean;
  /** Where clients reach it. */
  readonly endpoint: string;
  /** Why it is not healthy, where that is known. */
  readonly error?: string;
}

/** A core node that should be a member. */
export interface ExpectedMember {
  readonly name: string;
  readonly endpoint: string;
}

/** Answers of `etcdctl --write-out=json`: `member list`, `endpoint status`, `endpoint health`. */
export interface EtcdAnswers {
  readonly members?: string;
  readonly status?: string;
  readonly health?: string;
}

interface ListedMember {
  readonly ID: string;
  readonly name?: string;
  readonly clientURLs?: string[];
  readonly peerURLs?: string[];
  readonly isLearner?: boolean;
}

interface EndpointStatus {
  readonly Endpoint: string;
  readonly Status: { readonly header: { readonly member_id: string }; readonly leader?: string };
}

interface EndpointHealth {
  readonly endpoint: string;
  readonly health: boolean;
  readonly error?: string;
}

/**
 * The members of etcd, sorted by name: those of the first answer that has a member list, and the core nodes that should be
 * members and are not. Without any list, the core nodes, none of them healthy.
 */
export function etcdMembers(answers: readonly EtcdAnswers[], expected: readonly ExpectedMember[]): EtcdMember[] {
  const answer = answers.find((each) => listOf(each).length > 0);
  const members = answer === undefined ? [] : membersOf(answer, expected);
  const error = answer === undefined ? "no core node could list the members" : "not a member";
  const missing = expected
    .filter((each) => !members.some((member) => member.name === each.name))
    .map((each) => ({ name: each.name, healthy: false, leader: false, learner: false, endpoint: each.endpoint, error }));
  return [...members, ...missing].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function membersOf(answer: EtcdAnswers, expected: readonly ExpectedMember[]): EtcdMember[] {
  const statuses = parsed<EndpointStatus[]>(answer.status, []);
  const health = parsed<EndpointHealth[]>(answer.health, []);
  const leaders = new Set(statuses.map(({ Status }) => Status.leader).filter((id) => id !== undefined && id !== "0"));
  return listOf(answer).map((member) => {
    const endpoint = member.clientURLs?.[0] ?? "";
    const own = health.find((each) => member.clientURLs?.includes(each.endpoint));
    const error = own === undefined ? (endpoint === "" ? "never started" : "no answer") : own.error;
    return {
      name: member.name || nameByPeer(member, expected),
      healthy: own?.health === true,
      leader: leaders.has(member.ID),
      learner: member.isLearner === true,
      endpoint,
      ...(own?.health === true || error === undefined ? {} : { error }),
    };
  });
}

/** A member that never started has told nobody its name: its machine tells it. */
function nameByPeer(member: ListedMember, expected: readonly ExpectedMember[]): string {
  const hosts = member.peerURLs?.map(hostOf) ?? [];
  return expected.find((each) => hosts.includes(hostOf(each.endpoint)))?.name ?? `(member ${member.ID})`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}

function listOf(answer: EtcdAnswers): ListedMember[] {
  return parsed<{ members?: ListedMember[] }>(answer.members, {}).members ?? [];
}

/** Ids have 64 bits: more than a number of JavaScript holds, so they become strings. */
function parsed<T>(text: string | undefined, otherwise: T): T {
  if (text === undefined) return otherwise;
  try {
    return JSON.parse(text.replace(/("(?:ID|member_id|leader|cluster_id)":)(\d+)/g, '$1"$2"')) as T;
  } catch {
    return otherwise;
  }
}

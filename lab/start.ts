import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { configDirectory, loadModel } from "../edge/load";
import { PROJECT } from "../edge/read-sources";
import { statePath } from "../edge/state";
import { runForUser, UserError } from "../edge/user-error";
import { labUnavailable } from "../setup/lab-prerequisites";
import { bootDescribedCluster } from "./described-cluster";
import { Lab } from "./lab";

/** `npm start`: the described cluster on machines of this one, deployed. Repeating it changes nothing. */
runForUser(async () => {
  const reason = labUnavailable();
  if (reason !== undefined) throw new UserError(`machines cannot be made here: ${reason}`);
  const directory = configDirectory();
  const { model } = loadModel(directory);
  const name = process.env.MINICLUSTER_LAB ?? "minicluster";
  if (Lab.open(name) === undefined && hasContent(statePath(model.privateDir))) {
    throw new UserError(`${model.privateDir} belongs to machines that are gone; npm run stop removes it, and npm start begins anew`);
  }
  await bootDescribedCluster(directory, name, console.log);

  const started = performance.now();
  run("npx", ["cdktf", "deploy", "--auto-approve"]);
  console.log(`\ndeployed in ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  run("npx", ["minicluster", "status"]);
  const first = model.nodes[0]?.name;
  console.log(`
Now try:
  npx minicluster ssh ${first}                 a shell on ${first}; etcdctl is there
  edit cluster/services.yml, then          npx cdktf diff       what would change, file by file
                                           npx cdktf deploy     make it so
  npx minicluster place                    what runs where, and why
  npm run lab -- kill ${first}                 cut its power; npm run lab -- start ${first} brings it back
  npm run stop                             remove it all
`);
});

function run(command: string, args: string[]): void {
  const { status } = spawnSync(command, args, { cwd: PROJECT, stdio: "inherit" });
  if (status !== 0) throw new UserError(`${command} ${args.join(" ")} ended with exit code ${status}`);
}

function hasContent(path: string): boolean {
  return existsSync(path) && statSync(path).size > 0;
}

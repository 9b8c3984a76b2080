// Evaluations a second of @cloud-copilot/iam-simulate, an external tool, over cases of `eval aws-authz` that are loaded beforehand.
//
//   node simulate.mjs MODULES CASES   (MODULES: the node_modules folder that holds it)
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [modules, cases] = process.argv.slice(2);
const { runSimulation, anonymousPrincipal } = await import(
  pathToFileURL(`${modules}/@cloud-copilot/iam-simulate/dist/esm/index.js`)
);
const levels = (of) =>
  of.map((level) => ({
    orgIdentifier: level.target,
    policies: level.policies.map((policy) => ({ name: policy.name, policy: policy.document })),
  }));
const simulations = readFileSync(cases, 'utf8')
  .split('\n')
  .filter((line) => line)
  .map((line) => {
    const { request, policies, settings } = JSON.parse(line);
    const { principal, resource } = request;
    const named = (policy) => (policy ? [{ name: policy.name, policy: policy.document }] : undefined);
    return {
      request: {
        principal: { Anonymous: anonymousPrincipal, Service: principal.service }[principal.type] ?? principal.arn,
        action: request.action,
        resource: { resource: resource.arn, accountId: resource.account },
        contextVariables: request.context,
      },
      identityPolicies: policies.identity.map((policy) => ({ name: policy.name, policy: policy.document })),
      sessionPolicy: policies.session?.document,
      permissionBoundaryPolicies: named(policies.boundary),
      resourcePolicy: policies.resource?.document,
      serviceControlPolicies: levels(policies.scp),
      resourceControlPolicies: levels(policies.rcp),
      vpcEndpointPolicies: named(policies.endpoint),
      additionalSettings: { s3: { blockPublicAccess: settings.s3RestrictPublicBuckets } },
    };
  });
const round = async () => {
  const began = performance.now();
  for (const simulation of simulations) await runSimulation(simulation, {});
  return (simulations.length / (performance.now() - began)) * 1000;
};
await round();
const rounds = [];
for (let count = 0; count < 5; count++) rounds.push(await round());
rounds.sort((a, b) => a - b);
console.log(Math.round(rounds[2]));

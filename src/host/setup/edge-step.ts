import { ensureRouter } from '../../edge/install.ts';
import type { SetupContext } from './context.ts';
import type { DelegatedStep } from './step.ts';

/** Step: something serves host names on this host: a Traefik that is there, else the built-in router. */
export function edgeStep(context: SetupContext): DelegatedStep {
  return {
    name: 'router',
    async ensure() {
      const done: string[] = [];
      const { settings, paths } = context;
      const edge = await ensureRouter(await context.engine(), {
        network: settings.proxyNetwork,
        tlsDir: paths.tls,
        domainSuffix: settings.domainSuffix,
        traefik: settings.traefik,
        onProgress: (sentence) => {
          done.push(sentence);
          context.say(sentence);
        },
      });
      const what = edge.kind === 'traefik' ? 'a Traefik of this host' : 'the built-in router';
      return {
        detail: `${what} (rules of ${edge.traefik}) serves on ${edge.address}, ports ${edge.httpsPort} and ${edge.httpPort}`,
        did: done.length === 0 ? undefined : done.join('; '),
      };
    },
  };
}

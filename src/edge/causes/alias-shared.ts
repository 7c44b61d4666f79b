import { isFinalAndExplained } from './patience.ts';
import { isWrongAnswer, type RouteCauseKind } from './route-cause.ts';

export const aliasShared: RouteCauseKind = {
  code: 'alias-shared',
  fault: 'recipe',
  meaning:
    'A service on the network of the proxy asks a sibling by a name that a service of another stack has on that network, ' +
    'too. The Engine answers with either address, so requests go astray. Every stack names its services there by their keys.',
  shows:
    'the app itself answers wrongly, and inside its container the name of the sibling leads to an address that a task of another stack has',
  earliest: '5 s after the stack has become idle',
  hint: 'ask the sibling by a name that is the stack’s own, such as `${STACK_NAME}_app`, or keep it off the proxy network',
  detect(seen) {
    const [first] = seen.strangers.filter(({ addresses }) => addresses.length > 0);
    if (first === undefined || !isWrongAnswer(seen)) return undefined;
    const { service, name, stranger, addresses } = first;
    return {
      service,
      sentence: `${service}: the name ${name} also leads to ${stranger}, a service of another stack on the same network`,
      evidence: [`inside ${service}, ${name} is ${addresses.join(', ')}, which is ${stranger}`],
      final: isFinalAndExplained(seen),
    };
  },
};

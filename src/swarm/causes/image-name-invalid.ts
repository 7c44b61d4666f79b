import type { CauseKind } from './cause-kind.ts';

export const imageNameInvalid: CauseKind = {
  code: 'image-name-invalid',
  fault: 'recipe',
  meaning: 'What stands as image of a service is no name of an image: capital letters, spaces, or an empty variable.',
  shows: 'the Engine’s answer `invalid reference format` or `not a valid repository/tag`',
  earliest: 'before the deploy, when the images are looked for; else during the deploy call',
  hint: 'names are lower case; a variable without a value leaves a colon or slash with nothing behind it',
  detectPull: (image, answer) =>
    answer === 'bad-name' ? `${JSON.stringify(image)} is no name of an image` : undefined,
  detectRefusal(message) {
    const named = /"(?<image>[^"]*)" is not a valid repository\/tag/.exec(message);
    if (named === null && !message.includes('invalid reference format')) return undefined;
    const image = named?.groups?.['image'];
    const before = message.slice(0, named?.index ?? 0);
    const service = /^service (?<service>\S+): /.exec(before.slice(before.lastIndexOf('\n') + 1));
    return {
      service: service?.groups?.['service'] ?? '',
      sentence: `${image === undefined ? 'the image of a service' : `"${image}"`} is no name of an image`,
    };
  },
};

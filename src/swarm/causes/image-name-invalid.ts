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
    const found =
      /(?:service (?<service>\S+): )?.*"(?<image>[^"]*)" is not a valid repository\/tag|invalid reference format/.exec(
        message,
      );
    if (found === null) return undefined;
    const { service = '', image } = found.groups ?? {};
    return {
      service,
      sentence: `${image === undefined ? 'the image of a service' : `"${image}"`} is no name of an image`,
    };
  },
};

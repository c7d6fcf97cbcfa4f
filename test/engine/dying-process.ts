process.stderr.write('last words\n', () => process.abort());

"""WNCSM of the given wnids by NLTK: its path_similarity loop on `pairs` seeded pairs, or on all when `pairs` is 0, and
NumPy over NLTK's ancestor paths on all of them. Arguments: folder of WordNet 3.0, folder of *.exc, file of wnids, pairs."""
import json
import os
import random
import sys
import tempfile
import time

import numpy as np
from nltk.corpus.reader.wordnet import WordNetCorpusReader

database, exceptions, wnid_file, wanted = sys.argv[1:5]
names = "adj.all adj.pert adv.all noun.Tops"
nouns = "act animal artifact attribute body cognition communication event feeling food group location motive object person phenomenon plant possession process quantity relation shape state substance time"
verbs = "body change cognition communication competition consumption contact creation emotion motion perception possession social stative weather"
files = names.split() + [f"noun.{n}" for n in nouns.split()] + [f"verb.{v}" for v in verbs.split()] + ["adj.ppl"]
parts = {"adj": 3, "adv": 4, "noun": 1, "verb": 2}
with tempfile.TemporaryDirectory() as folder:
    for name in os.listdir(database):
        os.symlink(os.path.join(database, name), os.path.join(folder, name))
    for part in parts:
        os.symlink(os.path.join(exceptions, f"{part}.exc"), os.path.join(folder, f"{part}.exc"))
    with open(os.path.join(folder, "lexnames"), "w") as out:
        for number, name in enumerate(files):
            out.write(f"{number:02d}\t{name}\t{parts[name.split('.')[0]]}\n")
    wordnet = WordNetCorpusReader(folder, None)
    synsets = [wordnet.synset_from_pos_and_offset("n", int(line[1:])) for line in open(wnid_file).read().split()]
    count = len(synsets)
    everything = count * (count - 1) // 2
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    if int(wanted):
        pairs = random.Random(0).sample(pairs, int(wanted))
    start = time.perf_counter()
    looped = [synsets[i].path_similarity(synsets[j]) for i, j in pairs]
    loop_ms = 1000 * (time.perf_counter() - start) * everything / len(pairs)

    def ancestor_paths():
        above = [dict() for _ in synsets]
        for up, synset in zip(above, synsets):
            for ancestor, distance in synset.hypernym_distances():
                up[ancestor.offset()] = min(distance, up.get(ancestor.offset(), 255))
        return above

    ancestor_paths()
    start = time.perf_counter()
    above = ancestor_paths()
    columns = {offset: k for k, offset in enumerate({offset for up in above for offset in up})}
    links = np.full((count, len(columns)), 120, np.uint8)
    for row, up in enumerate(above):
        for offset, distance in up.items():
            links[row, columns[offset]] = distance
    distances = np.empty((count, count), np.uint8)
    for row, up in enumerate(above):
        own = [columns[offset] for offset in up]
        distances[row] = (links[:, own] + links[row, own]).min(1)
    matrix = 1 / (1.0 + distances)
    numpy_ms = 1000 * (time.perf_counter() - start)
    apart = max(abs(matrix[i, j] - value) for (i, j), value in zip(pairs, looped))
    print(json.dumps({"loopMs": loop_ms, "looped": len(pairs), "numpyMs": numpy_ms, "apart": apart, "sum": float(matrix.sum())}))

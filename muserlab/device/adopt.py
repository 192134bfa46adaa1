"""adopt"""


def adopt(new, former): ...

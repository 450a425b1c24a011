"""The same work in PyTorch: python3 pytorch.py <tasks as JSON> <file for the results>

Tasks: samples, batches, kernels as [name, size], and the seconds that all may take. Times are those of the GPU's clock, or of the host on a CPU.
"""

import json
import statistics
import sys
import time

import torch
from torch import nn

tasks = json.loads(sys.argv[1])
on_gpu = torch.cuda.is_available()
device = torch.device("cuda" if on_gpu else "cpu")
SAMPLE = 0.025  # seconds of work in one measurement
SAMPLES = 5
DURATION = 2  # seconds of training, at the least
END = time.perf_counter() + tasks["seconds"]
torch.backends.cuda.matmul.allow_tf32 = False  # float32 throughout, as in dawngrad
torch.backends.cudnn.allow_tf32 = False


def wait():
    if on_gpu:
        torch.cuda.synchronize()


def seconds(work, repetitions):
    """What `work` takes, repeated."""
    wait()
    if on_gpu:
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
    else:
        start = time.perf_counter()
    for _ in range(repetitions):
        work()
    if not on_gpu:
        return time.perf_counter() - start
    end.record()
    wait()
    return begin.elapsed_time(end) / 1000


def median_time(work):
    """Seconds of one run: the median of several measurements of many."""
    seconds(work, 3)
    repetitions = max(1, min(2000, round(SAMPLE / max(1e-7, seconds(work, 3) / 3))))
    return statistics.median(seconds(work, repetitions) for _ in range(SAMPLES)) / repetitions


def network():
    def block(inputs, units):
        return [nn.Linear(inputs, units), nn.BatchNorm1d(units, eps=1e-3, momentum=0.01), nn.ReLU(), nn.Dropout(0.5)]

    return nn.Sequential(*block(784, 200), *block(200, 100), nn.Linear(100, 10)).to(device)


class Training:
    """Steps over samples that lie on the device as bytes, gathered in a new order each epoch."""

    def __init__(self, batch, compiled=False, capturable=False):
        generator = torch.Generator().manual_seed(1)
        samples = tasks["samples"]
        self.images = torch.randint(0, 256, (samples, 784), dtype=torch.uint8, generator=generator).to(device)
        self.labels = torch.randint(0, 10, (samples,), generator=generator).to(device)
        model = network()
        self.model = torch.compile(model, mode="reduce-overhead") if compiled else model
        self.optimizer = torch.optim.Adam(model.parameters(), capturable=capturable)
        self.batch = batch

    def step(self, indices):
        x = self.images[indices].float()
        loss = nn.functional.cross_entropy(self.model(x), self.labels[indices])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss

    def epoch(self, step):
        order = torch.randperm(len(self.labels), device=device)
        whole = len(order) // self.batch
        for i in range(whole):
            step(order[i * self.batch : (i + 1) * self.batch])
        return whole


def eager(batch):
    training = Training(batch)
    return training, training.step


def compiled(batch):
    training = Training(batch, compiled=True)
    return training, training.step


def graph(batch):
    """A step as a CUDA graph, replayed."""
    if not on_gpu:
        raise RuntimeError("needs CUDA")
    training = Training(batch, capturable=True)
    indices = torch.zeros(batch, dtype=torch.long, device=device)
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            training.step(indices)
    torch.cuda.current_stream().wait_stream(side)
    captured = torch.cuda.CUDAGraph()
    training.optimizer.zero_grad(set_to_none=True)
    with torch.cuda.graph(captured):
        training.step(indices)

    def step(batch_indices):
        indices.copy_(batch_indices)
        captured.replay()

    return training, step


def steps_per_second(make, batch):
    training, step = make(batch)
    training.epoch(step)  # compiles
    rates = []
    begun = time.perf_counter()
    while len(rates) < 3 or time.perf_counter() - begun < DURATION:
        wait()
        start = time.perf_counter()
        steps = training.epoch(step)
        wait()
        rates.append(steps / (time.perf_counter() - start))
    return statistics.median(rates)


def uniform(*shape):
    return torch.rand(shape, device=device) * 2 - 1


def matmul(layout, m, k, n):
    a = uniform(k, m).t() if layout[0] == "T" else uniform(m, k)
    b = uniform(n, k).t() if layout[1] == "T" else uniform(k, n)
    return lambda: a @ b


def normalise(rows, columns):
    x, gamma, beta = uniform(rows, columns), uniform(columns), uniform(columns)
    return lambda: torch.relu(nn.functional.batch_norm(x, None, None, gamma, beta, training=True))


def on(f, *shapes):
    inputs = [uniform(*shape) for shape in shapes]
    return lambda: f(*inputs)


KERNELS = {
    "matmul NN": lambda *sizes: matmul("NN", *sizes),
    "matmul NT": lambda *sizes: matmul("NT", *sizes),
    "matmul TN": lambda *sizes: matmul("TN", *sizes),
    "relu": lambda n: on(torch.relu, (n,)),
    "exp": lambda n: on(torch.exp, (n,)),
    "add": lambda n: on(torch.add, (n,), (n,)),
    "dropout": lambda n: on(lambda x: nn.functional.dropout(x, 0.5), (n,)),
    "add a row": lambda m, n: on(torch.add, (m, n), (n,)),
    "transpose": lambda m, n: on(lambda x: x.t().contiguous(), (m, n)),
    "sum": lambda m, n: on(torch.sum, (m, n)),
    "sum of columns": lambda m, n: on(lambda x: x.sum(0), (m, n)),
    "max of rows": lambda m, n: on(lambda x: x.amax(1), (m, n)),
    "softmax": lambda m, n: on(lambda x: torch.softmax(x, -1), (m, n)),
    "batch norm + relu": normalise,
}


def attempt(work):
    """A number, or why there is none."""
    if time.perf_counter() > END:
        return {"failed": "no time was left"}
    try:
        return {"value": work()}
    except Exception as error:  # a mode that this machine can't do must not cost the others
        return {"failed": str(error).strip().split("\n")[0][:200]}


about = {"torch": torch.__version__, "device": torch.cuda.get_device_name() if on_gpu else "CPU"}
training, kernels = [], []


def save():
    with open(sys.argv[2], "w") as file:
        json.dump({**about, "training": training, "kernels": kernels}, file)


MODES = [("eager", eager), ("CUDA graph", graph), ("torch.compile", compiled)]
for mode, make in MODES[:2]:
    for batch in tasks["batches"]:
        training.append({"mode": mode, "batchSize": batch, **attempt(lambda: steps_per_second(make, batch))})
        print(training[-1], flush=True)
        save()
with torch.no_grad():
    for name, size in tasks["kernels"]:
        if name in KERNELS:
            sizes = map(int, size.split(" x "))
            kernels.append({"name": name, "size": size, **attempt(lambda: 1000 * median_time(KERNELS[name](*sizes)))})
            save()
for mode, make in MODES[2:]:  # takes long to compile
    for batch in tasks["batches"]:
        training.append({"mode": mode, "batchSize": batch, **attempt(lambda: steps_per_second(make, batch))})
        print(training[-1], flush=True)
        save()

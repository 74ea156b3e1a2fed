# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tuning.json beside this file: what Optuna (5.0.0), cmaes (0.13), scikit-learn (1.9.1) and SciPy (1.17.1) say of
numbers that the strategies and rules of tuning are made of, and optuna_journal.jsonl, a journal as Optuna itself writes it."""
import json
import math
import pathlib
import warnings

import numpy as np
import optuna
from cmaes import CMA
from optuna._hypervolume import compute_hypervolume
from optuna.importance import PedAnovaImportanceEvaluator
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_weights
from optuna.study._multi_objective import _fast_non_domination_rank
from scipy import special, stats
from scipy.stats import qmc
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
here = pathlib.Path(__file__).parent
rng = np.random.RandomState(0)
golden = {}

# Sequences.
golden["sobol"] = qmc.Sobol(64, scramble=False, bits=32).random(64)[[1, 2, 3, 17, 63]].tolist()
golden["halton"] = qmc.Halton(12, scramble=False).random(100)[[1, 2, 5, 50, 99]].tolist()

# The normal's tails and expected improvement.
z = [-60, -37, -20, -9.5, -5, -2.5, -1, -0.3, 0, 0.7, 2, 6, 9]


def log_h(v):
    """log(pdf + z cdf), by Ament et al.'s stable form."""
    if v > -1:
        return math.log(stats.norm.pdf(v) + v * stats.norm.cdf(v))
    c1, c2 = math.log(2 * math.pi) / 2, math.log(math.pi / 2) / 2
    w = math.log(special.erfcx(-v / math.sqrt(2)) * abs(v)) + c2
    return -v * v / 2 - c1 + (math.log1p(-math.exp(w)) if v > -20 else -2 * math.log(abs(v)) + math.log1p(-3 / v**2 + 15 / v**4))


golden["normal"] = {"z": z, "log_cdf": special.log_ndtr(z).tolist(), "log_h": [log_h(v) for v in z],
                    "p": [1e-300, 1e-12, 0.01, 0.3, 0.5, 0.9, 1 - 1e-12],
                    "quantile": special.ndtri([1e-300, 1e-12, 0.01, 0.3, 0.5, 0.9, 1 - 1e-12]).tolist()}
golden["truncated"] = [[u, a, b, float(stats.truncnorm.ppf(u, a, b))]
                       for u in (0.01, 0.5, 0.97) for a, b in ((-1, 2), (3, 9), (-40, -30), (-0.1, 0.1), (-8, 50))]

# A Gaussian process with a kernel that is given.
x = rng.rand(12, 3)
y = np.sin(5 * x[:, 0]) + x[:, 1] ** 2 - 0.3 * x[:, 2]
y = (y - y.mean()) / y.std()
lengths, scale, noise = [0.4, 0.9, 2.5], 1.7, 0.01
kernel = ConstantKernel(scale) * Matern(lengths, nu=2.5) + WhiteKernel(noise)
gp = GaussianProcessRegressor(kernel, optimizer=None, alpha=0).fit(x, y)
at = rng.rand(5, 3)
mean, deviation = gp.predict(at, return_std=True)
value, gradient = gp.log_marginal_likelihood(kernel.theta, eval_gradient=True)
golden["gp"] = {"x": x.tolist(), "y": y.tolist(), "lengths": lengths, "scale": scale, "noise": noise, "at": at.tolist(),
                "mean": mean.tolist(), "variance": (deviation**2 - noise).tolist(), "likelihood": float(value),
                # by log scale, log lengths, log noise
                "gradient": gradient.tolist()}
# The same with a constant of a variance that is given.
level = 2.5
kernel = ConstantKernel(level, "fixed") + kernel
gp = GaussianProcessRegressor(kernel, optimizer=None, alpha=0).fit(x, y)
mean, deviation = gp.predict(at, return_std=True)
value, gradient = gp.log_marginal_likelihood(kernel.theta, eval_gradient=True)
golden["gp_level"] = {"level": level, "mean": mean.tolist(), "variance": (deviation**2 - noise).tolist(),
                      "likelihood": float(value), "gradient": gradient.tolist()}

# Parzen estimators.
space = {"a": optuna.distributions.FloatDistribution(-2, 3), "b": optuna.distributions.FloatDistribution(1e-4, 1, log=True),
         "c": optuna.distributions.IntDistribution(1, 9), "d": optuna.distributions.FloatDistribution(0, 1, step=0.25),
         "e": optuna.distributions.CategoricalDistribution(["x", "y", "z"]),
         "f": optuna.distributions.IntDistribution(1, 100, log=True)}


def draws(n):
    return {"a": rng.uniform(-2, 3, n), "b": 10 ** rng.uniform(-4, 0, n), "c": rng.randint(1, 10, n).astype(float),
            "d": rng.randint(0, 5, n) / 4, "e": rng.randint(0, 3, n).astype(float),
            "f": rng.randint(1, 101, n).astype(float)}


parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
golden["parzen"] = []
# Ties are settled by age, which NumPy's usual sort leaves open.
usual_sort = np.argsort
np.argsort = lambda values, **_: usual_sort(values, kind="stable")
for n in (0, 1, 2, 7, 40):
    observed, points = draws(n), draws(4)
    estimator = _ParzenEstimator(observed, space, parameters)
    golden["parzen"].append({"observed": np.array(list(observed.values())).T.tolist(),
                             "points": np.array(list(points.values())).T.tolist(),
                             "log_pdf": estimator.log_pdf(points).tolist()})
np.argsort = usual_sort

# CMA-ES: constants, and the distribution after generations that are given.
golden["cma"] = []
for n in (2, 3, 8):
    cma = CMA(mean=np.full(n, 0.5), sigma=1 / 6, seed=1)
    generations = []
    for _ in range(6):
        points = [(cma.mean + 0.3 * rng.randn(n) * cma._sigma / (1 / 6)) for _ in range(cma.population_size)]
        values = [float(np.sum((p - 0.3) ** 2 * np.arange(1, n + 1) ** 2)) for p in points]
        cma.tell(list(zip([p.copy() for p in points], values)))
        generations.append({"points": np.array(points).tolist(), "values": values, "mean": cma._mean.tolist(),
                            "sigma": float(cma._sigma), "covariance": cma._C.tolist()})
    golden["cma"].append({"population": cma.population_size, "mu_eff": float(cma._mu_eff), "c1": float(cma._c1),
                          "cmu": float(cma._cmu), "c_sigma": float(cma._c_sigma), "d_sigma": float(cma._d_sigma),
                          "cc": float(cma._cc), "weights": cma._weights.tolist(), "generations": generations})

# Several objectives.
golden["pareto"] = []
for k, n in ((2, 12), (3, 10), (4, 7)):
    points = np.round(rng.rand(n, k), 2)
    golden["pareto"].append({"points": points.tolist(), "ranks": _fast_non_domination_rank(points).tolist(),
                             "reference": [1.1] * k, "hypervolume": float(compute_hypervolume(points, np.full(k, 1.1)))})

# The signed-rank test.
golden["wilcoxon"] = []
for differences in ([0.5, 1, 2.5], [1, -2, 3, 4, 5.5], [1, 1, -2, 3, 0], [0, 0, 0], (rng.randn(40) + 0.3).tolist(),
                    np.round(rng.randn(30), 1).tolist(), (rng.randn(60) + 0.1).tolist()):
    p = stats.wilcoxon(differences, alternative="greater", zero_method="zsplit").pvalue
    golden["wilcoxon"].append({"differences": list(map(float, differences)), "p": float(p)})

# Early stopping: the step at which each trial of drawn curves is stopped, one after the other and three at a time.
blocks = {}


def block_bracket(pruner, study, trial):
    """Brackets in blocks of their budgets, in order, where Optuna hashes the trial's number."""
    if not pruner._pruners:
        return 0
    place = trial.number % pruner._total_trial_allocation_budget
    for bracket in range(pruner._n_brackets):
        place -= pruner._trial_allocation_budgets[bracket]
        if place < 0:
            return bracket


optuna.pruners.HyperbandPruner._get_bracket_id = block_bracket


def curves(count, steps, wild):
    made = 0.2 + rng.rand(count, 1) + (1 + rng.rand(count, 1)) * np.exp(-np.arange(steps) * rng.uniform(0.05, 0.5, (count, 1)))
    made += wild * 0.1 * rng.randn(count, steps)
    if wild:
        made[3, 2] = np.nan
        made[11, 0] = np.nan
    return made


def stops(pruner, made, at_once, direction):
    study = optuna.create_study(pruner=pruner, direction=direction, sampler=optuna.samplers.RandomSampler(0))
    found, running = {}, []
    todo = list(range(len(made)))
    while todo or running:
        while todo and len(running) < at_once:
            running.append([todo.pop(0), study.ask(), 0])
        for each in list(running):
            number, trial, step = each
            trial.report(made[number, step], step)
            if trial.should_prune():
                found[number] = step
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                running.remove(each)
            elif step + 1 == made.shape[1]:
                found[number] = -1
                value = float(np.nanmean(made[number])) if isinstance(pruner, optuna.pruners.WilcoxonPruner) else float(made[number, step])
                study.tell(trial, value)
                running.remove(each)
            else:
                each[2] += 1
    return [found[i] for i in range(len(made))]


p = optuna.pruners
golden["pruners"] = []
for kind, params, make in (
        ("MedianOptuna", {}, lambda: p.MedianPruner()),
        ("MedianOptuna", {"startup_trials": 2, "warmup_steps": 3, "interval_steps": 4, "min_trials": 3},
         lambda: p.MedianPruner(2, 3, 4, n_min_trials=3)),
        ("Percentile", {"percentile": 25, "startup_trials": 3}, lambda: p.PercentilePruner(25, 3)),
        ("SuccessiveHalving", {}, lambda: p.SuccessiveHalvingPruner()),
        ("SuccessiveHalving", {"min_resource": 2, "reduction_factor": 2}, lambda: p.SuccessiveHalvingPruner(2, 2)),
        ("SuccessiveHalving", {"min_resource": 1, "reduction_factor": 3, "min_early_stopping_rate": 1, "bootstrap_count": 2},
         lambda: p.SuccessiveHalvingPruner(1, 3, 1, 2)),
        ("Hyperband", {"min_resource": 1, "max_resource": 27}, lambda: p.HyperbandPruner(1, 27)),
        ("Hyperband", {}, lambda: p.HyperbandPruner()),
        ("Patience", {"patience": 2, "min_delta": 0.01}, lambda: p.PatientPruner(None, 2, 0.01)),
        ("Threshold", {"lower": 0.4, "upper": 2.4, "warmup_steps": 1, "interval_steps": 2},
         lambda: p.ThresholdPruner(0.4, 2.4, 1, 2)),
        ("Wilcoxon", {}, lambda: p.WilcoxonPruner()),
        ("Wilcoxon", {"p_threshold": 0.3, "startup_steps": 5}, lambda: p.WilcoxonPruner(p_threshold=0.3, n_startup_steps=5))):
    for direction, at_once in (("minimize", 1), ("maximize", 3)):
        made = curves(24, 27, 0 if kind in ("Wilcoxon",) else 1)
        if kind == "Wilcoxon":
            made = made[:, :1] + 0.4 * rng.rand(1, 27) + 0.1 * rng.randn(24, 27)
        made = np.round(made if direction == "minimize" else -made, 4)
        if kind == "Threshold":
            made = np.abs(made)
        golden["pruners"].append({"kind": kind, "params": params, "goal": direction, "at_once": at_once,
                                  "curves": [[None if math.isnan(v) else v for v in row] for row in made.tolist()],
                                  "stops": stops(make(), made, at_once, direction)})

# What mattered: PED-ANOVA over a study of a known shape.
study = optuna.create_study(sampler=optuna.samplers.RandomSampler(5))
for _ in range(80):
    trial = study.ask()
    v = (5 * (trial.suggest_float("a", -2, 3) - 1) ** 2 + np.log10(trial.suggest_float("b", 1e-4, 1, log=True))
         + 0.2 * trial.suggest_int("c", 1, 9) + {"x": 0, "y": 1, "z": 4}[trial.suggest_categorical("e", ["x", "y", "z"])])
    study.tell(trial, float(v))
importances = optuna.importance.get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(), normalize=False)
golden["importance"] = {"trials": [[t.params["a"], t.params["b"], t.params["c"], t.params["e"], t.value] for t in study.trials],
                        "ped_anova": dict(importances)}


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


(here / "tuning.json").write_text(json.dumps(rounded(golden), separators=(",", ":")) + "\n")

# A journal of every kind of trial.
path = here / "optuna_journal.jsonl"
path.unlink(missing_ok=True)
storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))
study = optuna.create_study(storage=storage, study_name="clothes", direction="maximize", sampler=optuna.samplers.RandomSampler(1))
study.set_metric_names(["accuracy"])
study.enqueue_trial({"lr": 0.01, "kind": "adam", "layers": 3, "drop": 0.5, "width": 64})
for number in range(5):
    trial = study.ask()
    trial.suggest_float("lr", 1e-4, 0.1, log=True)
    trial.suggest_categorical("kind", ["sgd", "adam", None])
    trial.suggest_int("layers", 1, 10)
    trial.suggest_float("drop", 0, 0.75, step=0.25)
    trial.suggest_int("width", 8, 256, log=True)
    trial.set_user_attr("note", f"trial {number}")
    for step in range(3):
        trial.report(float("nan") if (number, step) == (2, 1) else 0.5 + number / 10 + step / 100, step)
    if number == 1:
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    elif number == 3:
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
    elif number != 4:
        study.tell(trial, 0.6 + number / 10)
path.with_name(path.name + ".lock").unlink(missing_ok=True)

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/tuning_spec.h"

#include "core/spec/data_fields.h"

namespace core::tune {

using namespace base;
using spec::listOf;

namespace {

const Fields<ObjectiveSpec>& objectiveFields()
{
    static const auto fields =
        Fields<ObjectiveSpec>{}
            .add("metric", &ObjectiveSpec::metric, Text{},
                 {"The metric that trials are compared by, such as validation/loss. The test split is not for it."})
            .add("goal", &ObjectiveSpec::goal, Choice{{"minimize", "maximize"}},
                 {"Whether small or large values are good."}, {.words = {""}});
    return fields;
}

const Fields<WhenSpec>& whenFields()
{
    static const auto fields =
        Fields<WhenSpec>{}
            .add("path", &WhenSpec::path, Text{}, {"Another parameter of the study."})
            .add("values", &WhenSpec::values, Tree{}, {"The values of it for which this one exists."});
    return fields;
}

const Fields<ParameterSpec>& parameterFields()
{
    static const auto fields =
        Fields<ParameterSpec>{}
            .add("path", &ParameterSpec::path, Text{}, {"A dotted path of the experiment, such as train.optimizer.lr."})
            .add("type", &ParameterSpec::type, Choice{{"auto", "continuous", "integer", "categorical"}},
                 {"auto: what the setting itself is."})
            .add("min", &ParameterSpec::min, Real{}, {"The smallest value."}, {.nullWord = "auto"})
            .add("max", &ParameterSpec::max, Real{}, {"The largest value."}, {.nullWord = "auto"})
            .add("step", &ParameterSpec::step, Real{.min = 0, .aboveMin = true}, {"Values are min, min + step, …"},
                 {.nullWord = "auto"})
            .add("scale", &ParameterSpec::scale, Choice{{"auto", "linear", "log", "reverse_log"}},
                 {"How values are spread: log for rates that span factors of ten, reverse_log for what lies near 1."})
            .add("values", &ParameterSpec::values, Tree{}, {"A list: the values of a category."}, {.nullable = true})
            .group("when", &ParameterSpec::when, whenFields(),
                   {"The parameter exists only where another one has one of some values."}, {.nullWord = "always"});
    return fields;
}

Fields<CompletionSpec> completionFields()
{
    return Fields<CompletionSpec>{}
        .add("target_objective_metric_value", &CompletionSpec::target, Real{},
             {"The study ends when the objective has come this far."})
        .add("max_number_of_training_jobs_not_improving", &CompletionSpec::notImproving, Int{.min = 1},
             {"The study ends after so many trials in a row that were no better than the best."}, {.unit = "trials"})
        .add("complete_on_convergence", &CompletionSpec::onConvergence, Flag{},
             {"The study ends when the strategy expects no improvement any more."});
}

Fields<WarmStartSpec> warmStartFields()
{
    return Fields<WarmStartSpec>{}
        .add("type", &WarmStartSpec::type, Choice{{"IDENTICAL_DATA_AND_ALGORITHM", "TRANSFER_LEARNING"}},
             {"IDENTICAL_DATA_AND_ALGORITHM: ranges and numbers of jobs may differ, and the best of all studies is the "
              "best. TRANSFER_LEARNING: data and ranges may differ, and only this study's own trials count: "
              "Bayesian, RandomForest and TPE learn from each parent on its own scale."})
        .add("parents", &WarmStartSpec::parents, listOf(Text{}), {"One to five finished studies."});
}

Fields<SlurmSpec> slurmFields()
{
    return Fields<SlurmSpec>{}
        .add("partition", &SlurmSpec::partition, Text{}, {"The partition of the cluster. Empty: its default."})
        .add("time", &SlurmSpec::timeLimit, Text{},
             {"The time limit of a job, such as 02:00:00. A trial that takes longer goes on in another job from its "
              "checkpoint. Empty: the partition's own."})
        .add("cpus_per_task", &SlurmSpec::cpusPerTask, Int{1, 1024},
             {"Processors of a trial; it trains with so many threads."})
        .add("arguments", &SlurmSpec::arguments, listOf(Text{}),
             {"More arguments for sbatch, as they stand: --gres=gpu:1, --account=…"})
        .add("setup", &SlurmSpec::setup, listOf(Text{}),
             {"Lines of shell that a job runs before the trial, such as module load cuda."})
        .add("poll_seconds", &SlurmSpec::pollSeconds, Real{.min = 0.05, .max = 3600},
             {"Seconds between two looks at the queue.", {}, "The cluster is asked often.", "An end is seen late."},
             {.unit = "s"});
}

Fields<TuningSpec> makeFields()
{
    return Fields<TuningSpec>{}
        .add("strategy", &TuningSpec::strategy, OneOf{"samplers"}, {"How the next trial's values are chosen."})
        .add("objective", &TuningSpec::objective,
             listOf(Group{std::make_shared<const Schema>(objectiveFields().schema())}),
             {"What is made small or large; several of them give a Pareto front."})
        .add("parameters", &TuningSpec::parameters,
             listOf(Group{std::make_shared<const Schema>(parameterFields().schema())}),
             {"What is tuned, in which ranges."})
        .add("max_jobs", &TuningSpec::maxJobs, Int{.min = 1},
             {"Trials of the study.", {}, "A search has nothing to learn from.", "It takes long."},
             {.unit = "trials", .live = true, .nullWord = "one, or all points of a Grid"})
        .add("max_parallel_jobs", &TuningSpec::maxParallelJobs, Int{1, 1024},
             {"Trials at the same time.",
              {},
              "Workers wait.",
              "What learns from trials knows little when it chooses: many at once are a random search."},
             {.unit = "trials", .live = true})
        .add("max_runtime_in_seconds", &TuningSpec::maxRuntime, Real{.min = 0, .aboveMin = true},
             {"The study ends after so long."}, {.unit = "s", .live = true})
        .add("max_trial_runtime_in_seconds", &TuningSpec::maxTrialRuntime, Real{.min = 0, .aboveMin = true},
             {"A trial is stopped after so long."}, {.unit = "s", .live = true})
        .add("early_stopping", &TuningSpec::earlyStopping, OneOf{"pruners"},
             {"Which trials are stopped before their end. Auto is SageMaker's median rule."})
        .group("completion", &TuningSpec::completion, completionFields(), {"What else ends the study."})
        .add("retries", &TuningSpec::retries, Int{0, 100},
             {"How often a trial is tried again whose worker died. A trial that failed by itself is not."})
        .add(
            "batched", &TuningSpec::batched, Choice{{"auto", "off"}},
            {"auto: trials of small networks are trained many in a process, each in one kernel (model.fused), as far "
             "as "
             "they can be; where the strategy learns nothing from trials, as Grid and Random, more of them run at once "
             "than max_parallel_jobs says. Each is a run all the same. off: every trial has a process of its own, and "
             "the network is computed as the experiment says."})
        .group("warm_start", &TuningSpec::warmStart, warmStartFields(), {"What earlier studies found."})
        .add("executor", &TuningSpec::executor, Choice{{"local", "slurm"}},
             {"Where trials run: in processes of this machine, or as jobs of Slurm over a shared folder."})
        .group("slurm", &TuningSpec::slurm, slurmFields(), {"How trials are handed to Slurm."},
               {.visibleWhen = {{"executor", {"slurm"}}}})
        .add("limits", &TuningSpec::limits, Text{},
             {"A file with the ranges that parameters may have: CSV with the columns path, min, max, step, scale, "
              "values, type, or a list as under parameters in JSON. A parameter takes from it what it leaves out, and "
              "may not go beyond it; without parameters all of the file are tuned."})
        .add("price_per_hour", &TuningSpec::pricePerHour, Real{.min = 0},
             {"What an hour of one trial costs, for the cost of the study that is told before the start."},
             {.nullWord = "not known"})
        .add("seed", &TuningSpec::seed, Int{0}, {"The same seed and the same results give the same trials."});
}

}

const Fields<TuningSpec>& tuningFields()
{
    static const Fields<TuningSpec> fields = makeFields();
    return fields;
}

}

namespace core::base {

Value Codec<tune::ObjectiveSpec>::write(const tune::ObjectiveSpec& spec)
{
    return tune::objectiveFields().write(spec);
}

tune::ObjectiveSpec Codec<tune::ObjectiveSpec>::read(const Value& value)
{
    return tune::objectiveFields().read(value);
}

Value Codec<tune::ParameterSpec>::write(const tune::ParameterSpec& spec)
{
    return tune::parameterFields().write(spec);
}

tune::ParameterSpec Codec<tune::ParameterSpec>::read(const Value& value)
{
    return tune::parameterFields().read(value);
}

}

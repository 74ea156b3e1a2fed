// SPDX-License-Identifier: GPL-3.0-or-later
// The part of a description that a tuning job has beside what it trains.
#include "core/jobs/sagemaker_importer.h"
#include "core/jobs/sagemaker_read.h"

namespace core::jobs::sagemaker {

using namespace base;

Result<Object> Importer::oneRange(const Value& range, const std::string& where, const std::string& kind)
{
    const bool category = kind == "Categorical";
    CORE_CHECK(knownKeys(range, where,
                         category ? Names{"Name", "Values"} : Names{"Name", "MinValue", "MaxValue", "ScalingType"}));
    CORE_TRY(name, textAt(range["Name"], where + "/Name"));
    Object parameter{{"path", name}};
    if (category) {
        const Value& given = range["Values"];
        if (!given.isArray() || given.array().empty())
            return wrongAt(where + "/Values", "there are no values", "Write a list of texts");
        Array values;
        for (std::size_t i = 0; i < given.array().size(); ++i) {
            CORE_TRY(text, textAt(given.array()[i], where + "/Values/" + std::to_string(i)));
            values.push_back(plainValue(text));
        }
        parameter.set("type", "categorical");
        parameter.set("values", std::move(values));
        return parameter;
    }
    const bool whole = kind == "Integer";
    CORE_TRY(least, numberAt(range["MinValue"], where + "/MinValue", whole));
    CORE_TRY(most, numberAt(range["MaxValue"], where + "/MaxValue", whole));
    if (least.toReal() > most.toReal())
        return wrongAt(where + "/MinValue", "is above MaxValue", "Write the smaller one here");
    parameter.set("type", whole ? "integer" : "continuous");
    parameter.set("min", least);
    parameter.set("max", most);
    if (const Value& scaling = range["ScalingType"]; !scaling.isNull()) {
        Names words;
        for (const auto& [theirs, ours] : sagemaker::scales())
            words.push_back(theirs);
        CORE_TRY(word, optionAt(scaling, where + "/ScalingType", words));
        parameter.set("scale", sagemaker::ours(sagemaker::scales(), word));
    }
    return parameter;
}

Result<Object> Importer::ranges(const Value& config, const Value& ranges, const std::string& where)
{
    Object tuning;
    CORE_TRY(strategy, optionAt(config["Strategy"], "/HyperParameterTuningJobConfig/Strategy",
                                {"Bayesian", "Random", "Hyperband", "Grid"}));
    tuning.set("strategy", strategy);
    CORE_CHECK(knownKeys(ranges.isNull() ? Value(Object{}) : ranges, where, sagemaker::rangeKeys()));
    if (!ranges["AutoParameters"].isNull() && !ranges["AutoParameters"].array().empty())
        return wrongAt(where + "/AutoParameters", "ranges that AWS chooses are not known here", "Write the ranges out");
    Array parameters;
    for (const char* kind : {"Integer", "Continuous", "Categorical"}) {
        const std::string key = std::string(kind) + "ParameterRanges";
        const Value& all = ranges[key];
        if (!all.isNull() && !all.isArray())
            return wrongAt(where + "/" + key, "is " + std::string(all.typeName()) + ", not a list", "Write […]");
        for (std::size_t i = 0; i < all.array().size(); ++i) {
            CORE_TRY(one, oneRange(all.array()[i], where + "/" + key + "/" + std::to_string(i), kind));
            parameters.push_back(std::move(one));
        }
    }
    tuning.set("parameters", std::move(parameters));
    return tuning;
}

Status Importer::objective(const Value& given, const std::string& where, Object& tuning)
{
    if (given.isNull())
        return wrongAt(where, "there is no objective",
                       R"(Write {"Type": "Minimize", "MetricName": "validation:loss"})");
    CORE_CHECK(knownKeys(given, where, {"Type", "MetricName"}));
    CORE_TRY(type, optionAt(given["Type"], where + "/Type", {"Maximize", "Minimize"}));
    CORE_TRY(metric, textAt(given["MetricName"], where + "/MetricName"));
    tuning.set("objective", Object{{"metric", metric}, {"goal", type == "Maximize" ? "maximize" : "minimize"}});
    return {};
}

Status Importer::limits(const Value& given, const std::string& where, Object& tuning)
{
    CORE_CHECK(knownKeys(given, where, {"MaxNumberOfTrainingJobs", "MaxParallelTrainingJobs", "MaxRuntimeInSeconds"}));
    const std::pair<const char*, const char*> keys[]{{"MaxNumberOfTrainingJobs", "max_jobs"},
                                                     {"MaxParallelTrainingJobs", "max_parallel_jobs"},
                                                     {"MaxRuntimeInSeconds", "max_runtime_in_seconds"}};
    for (const auto& [theirs, ours] : keys)
        if (const Value& value = given[theirs]; !value.isNull()) {
            CORE_TRY(number, wholeAt(value, where + "/" + theirs, 1));
            tuning.set(ours, number);
        }
    return {};
}

Status Importer::completion(const Value& given, const std::string& where, Object& tuning)
{
    if (given.isNull())
        return {};
    CORE_CHECK(
        knownKeys(given, where, {"TargetObjectiveMetricValue", "BestObjectiveNotImproving", "ConvergenceDetected"}));
    Object completion;
    if (const Value& target = given["TargetObjectiveMetricValue"]; !target.isNull()) {
        CORE_TRY(number, numberAt(target, where + "/TargetObjectiveMetricValue", false));
        completion.set("target_objective_metric_value", number);
    }
    if (const Value& stalls = given["BestObjectiveNotImproving"]; !stalls.isNull()) {
        const std::string key = "MaxNumberOfTrainingJobsNotImproving", at = where + "/BestObjectiveNotImproving";
        CORE_CHECK(knownKeys(stalls, at, {key}));
        if (const Value& jobs = stalls[key]; !jobs.isNull()) {
            CORE_TRY(number, wholeAt(jobs, at + "/" + key, 3));
            completion.set("max_number_of_training_jobs_not_improving", number);
        }
    }
    if (const Value& converges = given["ConvergenceDetected"]; !converges.isNull()) {
        const std::string key = "CompleteOnConvergence", at = where + "/ConvergenceDetected";
        CORE_CHECK(knownKeys(converges, at, {key}));
        if (const Value& ends = converges[key]; !ends.isNull()) {
            CORE_TRY(word, optionAt(ends, at + "/" + key, {"Enabled", "Disabled"}));
            completion.set("complete_on_convergence", word == "Enabled");
        }
    }
    tuning.set("completion", std::move(completion));
    return {};
}

Status Importer::strategy(const Value& given, const std::string& where, Object& tuning)
{
    if (given.isNull())
        return {};
    const std::string key = "HyperbandStrategyConfig";
    CORE_CHECK(knownKeys(given, where, {key}));
    const Value& band = given[key];
    if (band.isNull())
        return {};
    if (const std::string name = tuning.find("strategy")->text(); name != "Hyperband")
        return wrongAt(where + "/" + key, "the strategy is " + name, "Remove it, or set Strategy to Hyperband");
    Names words;
    for (const auto& [theirs, ours] : sagemaker::hyperbandKeys())
        words.push_back(theirs);
    CORE_CHECK(knownKeys(band, where + "/" + key, words));
    Object all{{"kind", "Hyperband"}};
    for (const auto& [theirs, ours] : sagemaker::hyperbandKeys())
        if (const Value& value = band[theirs]; !value.isNull()) {
            CORE_TRY(number, wholeAt(value, where + "/" + key + "/" + theirs, 1));
            all.set(ours, number);
        }
    tuning.set("strategy", std::move(all));
    return {};
}

Status Importer::warmStart(const Value& given, Object& tuning)
{
    const std::string where = "/WarmStartConfig";
    if (given.isNull())
        return {};
    CORE_CHECK(knownKeys(given, where, {"ParentHyperParameterTuningJobs", "WarmStartType"}));
    CORE_TRY(type, optionAt(given["WarmStartType"], where + "/WarmStartType",
                            {"IdenticalDataAndAlgorithm", "TransferLearning"}));
    Array parents;
    const Array& jobs = given["ParentHyperParameterTuningJobs"].array();
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const std::string at = where + "/ParentHyperParameterTuningJobs/" + std::to_string(i);
        CORE_TRY(name, textAt(jobs[i]["HyperParameterTuningJobName"], at + "/HyperParameterTuningJobName"));
        parents.emplace_back(name);
    }
    if (parents.empty())
        return wrongAt(where + "/ParentHyperParameterTuningJobs", "there is no parent", "Name one to five");
    tuning.set("warm_start",
               Object{{"type", sagemaker::ours(sagemaker::warmStarts(), type)}, {"parents", std::move(parents)}});
    return {};
}

Result<Exchanged> Importer::tuning(const Value& given)
{
    CORE_CHECK(knownKeys(given, "", sagemaker::tuningKeys()));
    CORE_TRY(name, textAt(given["HyperParameterTuningJobName"], "/HyperParameterTuningJobName"));
    m_experiment.object().set("name", name);
    const Array& list = given["TrainingJobDefinitions"].array();
    const bool listed = !given["TrainingJobDefinitions"].isNull();
    if (listed && (list.size() != 1 || !given["TrainingJobDefinition"].isNull()))
        return wrongAt("/TrainingJobDefinitions", "several algorithms in one study are not known here",
                       "Write one TrainingJobDefinition");
    const std::string at = "/HyperParameterTuningJobConfig",
                      below = listed ? "/TrainingJobDefinitions/0" : "/TrainingJobDefinition";
    const Value &config = given["HyperParameterTuningJobConfig"],
                &trained = listed ? list.front() : given["TrainingJobDefinition"];
    CORE_CHECK(knownKeys(config, at, sagemaker::tuningConfigKeys()));
    CORE_CHECK(knownKeys(trained, below, sagemaker::definitionKeys()));
    const bool inside = !trained["HyperParameterRanges"].isNull();
    CORE_TRY(made, inside ? ranges(config, trained["HyperParameterRanges"], below + "/HyperParameterRanges")
                          : ranges(config, config["ParameterRanges"], at + "/ParameterRanges"));
    const bool ownGoal = !trained["TuningObjective"].isNull();
    CORE_CHECK(ownGoal ? objective(trained["TuningObjective"], below + "/TuningObjective", made)
                       : objective(config["HyperParameterTuningJobObjective"], at + "/HyperParameterTuningJobObjective",
                                   made));
    CORE_CHECK(limits(config["ResourceLimits"], at + "/ResourceLimits", made));
    CORE_CHECK(completion(config["TuningJobCompletionCriteria"], at + "/TuningJobCompletionCriteria", made));
    if (const Value& early = config["TrainingJobEarlyStoppingType"]; !early.isNull()) {
        CORE_TRY(word, optionAt(early, at + "/TrainingJobEarlyStoppingType", {"Off", "Auto"}));
        made.set("early_stopping", word);
    }
    if (const Value& seed = config["RandomSeed"]; !seed.isNull()) {
        CORE_TRY(number, wholeAt(seed, at + "/RandomSeed", 0));
        made.set("seed", number);
    }
    CORE_CHECK(strategy(config["StrategyConfig"], at + "/StrategyConfig", made));
    CORE_CHECK(warmStart(given["WarmStartConfig"], made));
    CORE_CHECK(definition(trained, below));
    CORE_CHECK(hyperparameters(trained["StaticHyperParameters"], below + "/StaticHyperParameters"));
    m_experiment.object().set("tuning", std::move(made));
    Object kept;
    keep(given, {"Tags", "Autotune"}, kept);
    return end(std::move(kept));
}

}

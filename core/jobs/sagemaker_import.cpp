// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/sagemaker.h"
#include "core/jobs/sagemaker_names.h"
#include "core/jobs/sagemaker_read.h"

#include "core/base/json.h"
#include "core/spec/job.h"

#include <algorithm>
#include <optional>

namespace core::jobs {

using namespace base;
using namespace sagemaker;

namespace {

// A hyperparameter is a text there; what it holds is what JSON makes of it.
Value plainValue(const std::string& text)
{
    const auto value = parseJson(text);
    return value && !value->isObject() && !value->isArray() && !value->isNull() ? *value : Value(text);
}

bool isSetting(const std::string& name)
{
    const std::string part = name.substr(0, name.find('.'));
    return std::ranges::count(sagemaker::experimentParts(), part) > 0;
}

class Importer {
public:
    Result<Exchanged> training(const Value& given);
    Result<Exchanged> tuning(const Value& given);

private:
    Object m_job, m_kept;
    Value m_experiment = Object{};
    Exchanged m_made;

    Status definition(const Value& given, const std::string& where);
    Status algorithm(const Value& given, const std::string& where);
    Status hyperparameters(const Value& given, const std::string& where);
    Status channels(const Value& given, const std::string& where);
    Status resources(const Value& given, const std::string& where);
    Status stopping(const Value& given, const std::string& where);
    Status environment(const Value& given, const std::string& where);
    Result<Object> ranges(const Value& config, const Value& ranges, const std::string& where);
    Result<Object> oneRange(const Value& range, const std::string& where, const std::string& kind);
    Status objective(const Value& given, const std::string& where, Object& tuning);
    Status limits(const Value& given, const std::string& where, Object& tuning);
    Status completion(const Value& given, const std::string& where, Object& tuning);
    Status warmStart(const Value& given, Object& tuning);
    void keep(const Value& all, const Names& keys, Object& into);
    Exchanged end(Object kept);
};

void Importer::keep(const Value& all, const Names& keys, Object& into)
{
    for (const std::string& key : keys)
        if (const Value* value = all.object().find(key))
            into.set(key, *value);
}

Status Importer::algorithm(const Value& given, const std::string& where)
{
    if (given.isNull())
        return {};
    CORE_CHECK(knownKeys(given, where, sagemaker::algorithmKeys()));
    Array command;
    for (const char* key : {"ContainerEntrypoint", "ContainerArguments"}) {
        const Value& words = given[key];
        if (words.isNull())
            continue;
        if (!words.isArray())
            return wrongAt(where + "/" + key, "is " + std::string(words.typeName()) + ", not a list", "Write [\"…\"]");
        for (std::size_t i = 0; i < words.array().size(); ++i) {
            CORE_TRY(word, textAt(words.array()[i], where + "/" + key + "/" + std::to_string(i)));
            command.emplace_back(word);
        }
    }
    // Arguments alone are those of a program that the image knows.
    const bool whole = !given["ContainerEntrypoint"].array().empty();
    if (whole)
        m_job.set("command", std::move(command));
    Array definitions;
    const Value& metrics = given["MetricDefinitions"];
    if (!metrics.isNull() && !metrics.isArray())
        return wrongAt(where + "/MetricDefinitions", "is " + std::string(metrics.typeName()) + ", not a list",
                       "Write […]");
    for (std::size_t i = 0; i < metrics.array().size(); ++i) {
        const std::string at = where + "/MetricDefinitions/" + std::to_string(i);
        const Value& each = metrics.array()[i];
        CORE_CHECK(knownKeys(each, at, {"Name", "Regex"}));
        CORE_TRY(name, textAt(each["Name"], at + "/Name"));
        CORE_TRY(regex, textAt(each["Regex"], at + "/Regex"));
        definitions.push_back(Object{{"name", name}, {"regex", regex}});
    }
    if (!definitions.empty())
        m_job.set("metric_definitions", std::move(definitions));
    Object rest = given.object();
    for (const char* key : {"ContainerEntrypoint", "MetricDefinitions"})
        rest.erase(key);
    if (whole)
        rest.erase("ContainerArguments");
    // Where the one ends and the other begins is not told by a command.
    if (const Value& entry = given["ContainerEntrypoint"]; entry.isArray())
        rest.set("EntrypointWords", std::int64_t(entry.array().size()));
    if (!rest.empty())
        m_kept.set("AlgorithmSpecification", std::move(rest));
    return {};
}

Status Importer::hyperparameters(const Value& given, const std::string& where)
{
    if (given.isNull())
        return {};
    if (!given.isObject())
        return wrongAt(where, "is " + std::string(given.typeName()) + ", not an object", "Write names and texts");
    Object all;
    const bool script = m_job.find("command");
    for (const auto& [name, value] : given.object()) {
        CORE_TRY(text, textAt(value, where + "/" + name));
        if (script || !isSetting(name)) {
            all.set(name, plainValue(text));
            continue;
        }
        const auto whole = parseJson(text);
        auto set = m_experiment.setAt(name, whole ? *whole : Value(text));
        if (!set)
            return wrongAt(where + "/" + name, set.error().message, set.error().advice);
    }
    if (!all.empty())
        m_job.set("hyperparameters", std::move(all));
    return {};
}

Status Importer::channels(const Value& given, const std::string& where)
{
    if (given.isNull())
        return {};
    if (!given.isArray())
        return wrongAt(where, "is " + std::string(given.typeName()) + ", not a list", "Write a list of channels");
    Object paths;
    for (std::size_t i = 0; i < given.array().size(); ++i) {
        const std::string at = where + "/" + std::to_string(i);
        const Value& channel = given.array()[i];
        CORE_CHECK(knownKeys(channel, at, sagemaker::channelKeys()));
        CORE_TRY(name, textAt(channel["ChannelName"], at + "/ChannelName"));
        if (paths.find(name))
            return wrongAt(at + "/ChannelName", "\"" + name + "\" is there twice", "Name each channel once");
        CORE_CHECK(knownKeys(channel["DataSource"], at + "/DataSource",
                             {"S3DataSource", "FileSystemDataSource", "DatasetSource"}));
        const Value& s3 = channel["DataSource"]["S3DataSource"];
        const Value& files = channel["DataSource"]["FileSystemDataSource"];
        if (!s3.isObject() && !files.isObject())
            return wrongAt(at + "/DataSource", "names neither an S3DataSource nor a FileSystemDataSource",
                           "Other sources have no path");
        CORE_TRY(path, s3.isObject()
                           ? textAt(s3["S3Uri"], at + "/DataSource/S3DataSource/S3Uri")
                           : textAt(files["DirectoryPath"], at + "/DataSource/FileSystemDataSource/DirectoryPath"));
        paths.set(name, path.starts_with("file://") ? path.substr(7) : path);
        if (path.find("://") != path.npos && !path.starts_with("file://"))
            m_made.notes.push_back("channel " + name + " is " + path +
                                   ": copy it here and name the copy in job.channels");
    }
    m_job.set("channels", std::move(paths));
    m_kept.set("InputDataConfig", given);
    return {};
}

Status Importer::resources(const Value& given, const std::string& where)
{
    if (given.isNull())
        return {};
    CORE_CHECK(knownKeys(given, where, sagemaker::resourceKeys()));
    if (const Value& type = given["InstanceType"]; !type.isNull()) {
        CORE_TRY(name, textAt(type, where + "/InstanceType"));
        m_job.set("instance", name);
    }
    if (const Value& count = given["InstanceCount"]; !count.isNull()) {
        CORE_TRY(number, wholeAt(count, where + "/InstanceCount", 1));
        m_job.set("instance_count", number);
    }
    Object rest = given.object();
    rest.erase("InstanceType");
    rest.erase("InstanceCount");
    if (!rest.empty())
        m_kept.set("ResourceConfig", std::move(rest));
    return {};
}

Status Importer::stopping(const Value& given, const std::string& where)
{
    if (given.isNull())
        return {};
    CORE_CHECK(knownKeys(given, where, {"MaxRuntimeInSeconds", "MaxWaitTimeInSeconds", "MaxPendingTimeInSeconds"}));
    std::optional<std::int64_t> run, wait;
    if (const Value& seconds = given["MaxRuntimeInSeconds"]; !seconds.isNull()) {
        CORE_TRY(number, wholeAt(seconds, where + "/MaxRuntimeInSeconds", 1));
        m_job.set("max_run_s", *(run = number));
    }
    if (const Value& seconds = given["MaxWaitTimeInSeconds"]; !seconds.isNull()) {
        CORE_TRY(number, wholeAt(seconds, where + "/MaxWaitTimeInSeconds", 1));
        m_job.set("max_wait_s", *(wait = number));
    }
    if (wait && *wait < run.value_or(86400))
        return wrongAt(where + "/MaxWaitTimeInSeconds", "is below MaxRuntimeInSeconds", "Equal is accepted");
    if (const Value& pending = given["MaxPendingTimeInSeconds"]; !pending.isNull())
        m_kept.set("StoppingCondition", Object{{"MaxPendingTimeInSeconds", pending}});
    return {};
}

Status Importer::environment(const Value& given, const std::string& where)
{
    if (given.isNull())
        return {};
    if (!given.isObject())
        return wrongAt(where, "is " + std::string(given.typeName()) + ", not an object", "Write names and texts");
    for (const auto& [name, value] : given.object())
        if (const auto text = textAt(value, where + "/" + name); !text)
            return text.error();
    m_job.set("environment", given);
    return {};
}

// What both kinds of description have.
Status Importer::definition(const Value& given, const std::string& where)
{
    CORE_CHECK(algorithm(given["AlgorithmSpecification"], where + "/AlgorithmSpecification"));
    CORE_CHECK(channels(given["InputDataConfig"], where + "/InputDataConfig"));
    CORE_CHECK(resources(given["ResourceConfig"], where + "/ResourceConfig"));
    CORE_CHECK(stopping(given["StoppingCondition"], where + "/StoppingCondition"));
    CORE_CHECK(environment(given["Environment"], where + "/Environment"));
    if (const Value& spot = given["EnableManagedSpotTraining"]; !spot.isNull()) {
        if (!spot.isBool())
            return wrongAt(where + "/EnableManagedSpotTraining", "is " + std::string(spot.typeName()), "true or false");
        m_job.set("spot", spot);
    }
    keep(given, sagemaker::keptKeys(), m_kept);
    return {};
}

Exchanged Importer::end(Object kept)
{
    const bool trains = std::ranges::any_of(sagemaker::experimentParts(),
                                            [&](const std::string& part) { return !m_experiment[part].isNull(); });
    if (!m_job.find("command") && !trains)
        m_made.notes.push_back("the description has no ContainerEntrypoint: set job.command to train with a script of "
                               "yours, or the other parts to train an experiment");
    for (auto& [key, value] : kept)
        m_kept.set(key, value);
    if (!m_kept.empty())
        m_job.set("sagemaker", std::move(m_kept));
    m_experiment.object().set("job", std::move(m_job));
    m_made.value = std::move(m_experiment);
    return std::move(m_made);
}

Result<Exchanged> Importer::training(const Value& given)
{
    CORE_CHECK(knownKeys(given, "", sagemaker::trainingKeys()));
    CORE_TRY(name, textAt(given["TrainingJobName"], "/TrainingJobName"));
    m_experiment.object().set("name", name);
    CORE_CHECK(definition(given, ""));
    CORE_CHECK(hyperparameters(given["HyperParameters"], "/HyperParameters"));
    return end({});
}

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
    const Value& jobs = given["BestObjectiveNotImproving"]["MaxNumberOfTrainingJobsNotImproving"];
    if (!jobs.isNull()) {
        CORE_TRY(number, wholeAt(jobs, where + "/BestObjectiveNotImproving/MaxNumberOfTrainingJobsNotImproving", 3));
        completion.set("max_number_of_training_jobs_not_improving", number);
    }
    if (const Value& ends = given["ConvergenceDetected"]["CompleteOnConvergence"]; !ends.isNull()) {
        CORE_TRY(word, optionAt(ends, where + "/ConvergenceDetected/CompleteOnConvergence", {"Enabled", "Disabled"}));
        completion.set("complete_on_convergence", word == "Enabled");
    }
    tuning.set("completion", std::move(completion));
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
    const std::string at = "/HyperParameterTuningJobConfig", below = "/TrainingJobDefinition";
    const Value &config = given["HyperParameterTuningJobConfig"], &trained = given["TrainingJobDefinition"];
    CORE_CHECK(knownKeys(config, at, sagemaker::tuningConfigKeys()));
    if (!given["TrainingJobDefinitions"].isNull())
        return wrongAt("/TrainingJobDefinitions", "several algorithms in one study are not known here",
                       "Write one TrainingJobDefinition");
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
    if (const Value& band = config["StrategyConfig"]["HyperbandStrategyConfig"]; band.isObject()) {
        Object strategy{{"kind", "Hyperband"}};
        for (const auto& [theirs, ours] : sagemaker::hyperbandKeys())
            if (const Value& value = band[theirs]; !value.isNull()) {
                CORE_TRY(number, wholeAt(value, at + "/StrategyConfig/HyperbandStrategyConfig/" + theirs, 1));
                strategy.set(ours, number);
            }
        if (made.find("strategy")->text() == "Hyperband")
            made.set("strategy", std::move(strategy));
    }
    CORE_CHECK(warmStart(given["WarmStartConfig"], made));
    CORE_CHECK(definition(trained, below));
    CORE_CHECK(hyperparameters(trained["StaticHyperParameters"], below + "/StaticHyperParameters"));
    m_experiment.object().set("tuning", std::move(made));
    Object kept;
    keep(given, {"Tags", "Autotune"}, kept);
    return end(std::move(kept));
}

}

Result<Exchanged> importSageMaker(const Value& description)
{
    if (!description.isObject())
        return wrongAt("/", "is " + std::string(description.typeName()) + ", not a job's description",
                       "Give the request of CreateTrainingJob or CreateHyperParameterTuningJob");
    const bool tunes =
        !description["HyperParameterTuningJobName"].isNull() || !description["HyperParameterTuningJobConfig"].isNull();
    CORE_TRY(made, tunes ? Importer().tuning(description) : Importer().training(description));
    // What SageMaker leaves to its containers, such as names of channels and regular expressions.
    CORE_CHECK(spec::readJob(made.value["job"]));
    return made;
}

}

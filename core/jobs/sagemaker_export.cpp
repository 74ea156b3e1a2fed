// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/sagemaker.h"
#include "core/jobs/sagemaker_names.h"

#include "core/base/json.h"
#include "core/spec/job.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace core::jobs {

using namespace base;

namespace {

std::string asWords(const Value& value)
{
    return value.isText() ? value.text() : writeJson(value);
}

// Letters, digits and dashes, as the service wants names.
std::string serviceName(const std::string& name, std::size_t longest, std::vector<std::string>& notes)
{
    std::string plain;
    for (const char c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) || (c == '-' && !plain.empty() && plain.back() != '-'))
            plain += c;
        else if (!plain.empty() && plain.back() != '-')
            plain += '-';
    plain = plain.substr(0, longest);
    while (!plain.empty() && plain.back() == '-')
        plain.pop_back();
    if (plain.empty())
        plain = "experiment";
    if (plain != name)
        notes.push_back("the job is called " + plain + ": SageMaker's names have letters, digits and dashes, at most " +
                        std::to_string(longest));
    return plain;
}

// Settings as dotted paths; lists and texts as they are.
void flatten(const Value& value, const std::string& path, Object& into)
{
    if (!value.isObject() || value.object().empty()) {
        into.set(path, asWords(value));
        return;
    }
    for (const auto& [key, each] : value.object())
        flatten(each, path + "." + key, into);
}

class Describer {
public:
    Describer(const Value& experiment, spec::JobSpec job) : m_experiment(experiment), m_job(std::move(job)) {}

    Result<Exchanged> training();
    Result<Exchanged> tuning();

private:
    const Value& m_experiment;
    spec::JobSpec m_job;
    std::vector<std::string> m_notes;

    Object algorithm() const;
    Value channels();
    Object hyperparameters() const;
    void resources(Object& into);
    void common(Object& into);
    Result<Object> config(const Value& tuning);
    Result<Object> ranges(const Array& parameters);
    const Value& kept(const char* key) const { return m_job.sagemaker[key]; }
};

Object Describer::algorithm() const
{
    Object all = kept("AlgorithmSpecification").isObject() ? kept("AlgorithmSpecification").object() : Object{};
    const std::int64_t split = [&] {
        const Value* words = all.find("EntrypointWords");
        return words ? words->toInt() : std::int64_t(m_job.command.empty() ? 0 : 1);
    }();
    all.erase("EntrypointWords");
    Array entry, arguments;
    for (std::size_t i = 0; i < m_job.command.size(); ++i)
        (std::int64_t(i) < split ? entry : arguments).emplace_back(m_job.command[i]);
    if (!all.find("TrainingInputMode"))
        all.set("TrainingInputMode", m_experiment["data"]["mode"].text() == "pipe" ? "Pipe" : "File");
    if (!entry.empty())
        all.set("ContainerEntrypoint", std::move(entry));
    if (!arguments.empty())
        all.set("ContainerArguments", std::move(arguments));
    Array definitions;
    for (const auto& each : m_job.metricDefinitions)
        definitions.push_back(Object{{"Name", each.name}, {"Regex", each.regex}});
    if (!definitions.empty())
        all.set("MetricDefinitions", std::move(definitions));
    return all;
}

// As it was imported where the path is still that one; else a channel of its own.
Value Describer::channels()
{
    Array all;
    const auto add = [&](const std::string& name, const std::string& path) {
        for (const Value& was : kept("InputDataConfig").array()) {
            const std::string& uri = was["DataSource"]["S3DataSource"]["S3Uri"].text();
            if (was["ChannelName"].text() == name &&
                (uri == path || uri == "file://" + path ||
                 was["DataSource"]["FileSystemDataSource"]["DirectoryPath"].text() == path)) {
                all.push_back(was);
                return;
            }
        }
        const bool remote = path.starts_with("s3://") || path.starts_with("https://");
        if (!remote)
            m_notes.push_back("channel " + name + " is " + path +
                              " on this machine: put it on S3 and write its address");
        all.push_back(
            Object{{"ChannelName", name},
                   {"DataSource", Object{{"S3DataSource", Object{{"S3DataType", "S3Prefix"},
                                                                 {"S3Uri", remote ? path : "file://" + path},
                                                                 {"S3DataDistributionType", "FullyReplicated"}}}}}});
    };
    for (const auto& [name, path] : m_job.channels.object())
        add(name, path.text());
    if (const Value& data = m_experiment["data"]["channels"]; data.isObject() && !m_job.command.empty())
        for (const auto& [name, path] : data.object())
            if (!m_job.channels.object().find(name) && !path.text().empty())
                add(name, path.text());
    return all;
}

Object Describer::hyperparameters() const
{
    Object all;
    for (const auto& [name, value] : m_job.hyperparameters.object())
        all.set(name, asWords(value));
    if (m_job.command.empty()) {
        for (const std::string& part : sagemaker::experimentParts())
            if (const Value& value = m_experiment[part]; value.isObject() && !value.object().empty())
                flatten(value, part, all);
            else if (!value.isNull() && !value.isObject())
                all.set(part, asWords(value)); // a list such as augment, or a model by its kind
    }
    return all;
}

void Describer::resources(Object& into)
{
    // A tuning job has either of the two; an instance that was chosen since stands in ResourceConfig.
    if (const Value& tuned = kept("HyperParameterTuningResourceConfig"); tuned.isObject()) {
        const Value& type = tuned["InstanceType"];
        const bool same = type.isNull()
                              ? m_job.instance.empty()
                              : type.text() == m_job.instance && tuned["InstanceCount"].toInt(1) == m_job.instanceCount;
        if (same) {
            into.set("HyperParameterTuningResourceConfig", tuned);
            return;
        }
    }
    // Of one type, groups of types and a list of them to choose from SageMaker takes one.
    const Value &groups = kept("ResourceConfig")["InstanceGroups"],
                &preferences = kept("ResourceConfig")["InstancePreferences"];
    const bool several = m_job.instance.empty() && (groups.isArray() || preferences.isArray());
    Object resources;
    if (!several)
        resources.set("InstanceType", m_job.instance.empty() ? "ml.m5.large" : m_job.instance);
    if (!several || (preferences.isArray() && !preferences.array().empty() &&
                     preferences.array().front()["InstanceCount"].isNull()))
        resources.set("InstanceCount", m_job.instanceCount);
    if (m_job.instance.empty() && !several)
        m_notes.push_back("the job names no instance: ml.m5.large stands for it");
    for (const auto& [key, value] : kept("ResourceConfig").object())
        if (several || (key != "InstanceGroups" && key != "InstancePreferences"))
            resources.set(key, value);
    if (!resources.find("VolumeSizeInGB"))
        resources.set("VolumeSizeInGB", 30);
    into.set("ResourceConfig", std::move(resources));
}

void Describer::common(Object& into)
{
    into.set("AlgorithmSpecification", algorithm());
    if (const Value all = channels(); !all.array().empty())
        into.set("InputDataConfig", all);
    resources(into);
    Object stopping{{"MaxRuntimeInSeconds", std::int64_t(std::ceil(m_job.maxRunS))}};
    if (m_job.spot && !m_job.maxWaitS)
        m_notes.push_back("SageMaker wants max_wait_s of a spot job: max_run_s stands for it");
    if (m_job.spot)
        stopping.set("MaxWaitTimeInSeconds", std::int64_t(std::ceil(m_job.maxWaitS.value_or(m_job.maxRunS))));
    else if (m_job.maxWaitS)
        m_notes.push_back("max_wait_s is left out: SageMaker takes it of spot jobs only");
    for (const auto& [key, value] : kept("StoppingCondition").object())
        stopping.set(key, value);
    into.set("StoppingCondition", std::move(stopping));
    if (m_job.spot)
        into.set("EnableManagedSpotTraining", true);
    if (!m_job.environment.object().empty())
        into.set("Environment", m_job.environment);
    for (const std::string& key : sagemaker::keptKeys())
        if (const Value& value = kept(key.c_str());
            !value.isNull() && !into.find(key) && key != "HyperParameterTuningResourceConfig")
            into.set(key, value);
    for (const char* key : {"RoleArn", "OutputDataConfig"})
        if (!into.find(key))
            m_notes.push_back(std::string(key) + " is wanted by SageMaker: write yours");
    if (const Value& algorithm = *into.find("AlgorithmSpecification");
        algorithm["TrainingImage"].isNull() && algorithm["AlgorithmName"].isNull())
        m_notes.push_back("AlgorithmSpecification/TrainingImage is wanted by SageMaker: write yours");
    if (m_job.spot && !into.find("CheckpointConfig"))
        m_notes.push_back("without a CheckpointConfig a spot job that is interrupted begins anew: write yours");
    if (m_job.interruption.kind != "none")
        m_notes.push_back("the interruption law is left out: there Amazon decides");
    if (m_job.fallback != "none")
        m_notes.push_back("the fallback is left out: SageMaker has none");
}

Result<Exchanged> Describer::training()
{
    Object all{{"TrainingJobName", serviceName(m_experiment["name"].text(), 63, m_notes)}};
    if (Object values = hyperparameters(); !values.empty())
        all.set("HyperParameters", std::move(values));
    common(all);
    all.erase("DefinitionName");
    return Exchanged{std::move(all), std::move(m_notes)};
}

Result<Object> Describer::ranges(const Array& parameters)
{
    Array integers, reals, categories;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Value& each = parameters[i];
        const std::string where = "/tuning/parameters/" + std::to_string(i);
        if (!each["when"].isNull() || !each["step"].isNull())
            return Error{ErrorKind::Spec, "SageMaker has neither conditions nor steps", where,
                         "Remove \"when\" and \"step\""};
        const std::string& type = each["type"].text();
        if (each["values"].isArray()) {
            Array values;
            for (const Value& value : each["values"].array())
                values.emplace_back(asWords(value));
            categories.push_back(Object{{"Name", each["path"].text()}, {"Values", std::move(values)}});
            continue;
        }
        if (!each["min"].isNumber() || !each["max"].isNumber())
            return Error{ErrorKind::Spec, "the range has no ends", where, "Write min and max, or values"};
        Object range{
            {"Name", each["path"].text()}, {"MinValue", asWords(each["min"])}, {"MaxValue", asWords(each["max"])}};
        if (const std::string scale = sagemaker::theirs(sagemaker::scales(), each["scale"].text()); !scale.empty())
            range.set("ScalingType", scale);
        const bool whole =
            type == "integer" || ((type.empty() || type == "auto") && each["min"].isInt() && each["max"].isInt());
        (whole ? integers : reals).push_back(std::move(range));
    }
    Object all;
    if (!integers.empty())
        all.set("IntegerParameterRanges", std::move(integers));
    if (!reals.empty())
        all.set("ContinuousParameterRanges", std::move(reals));
    if (!categories.empty())
        all.set("CategoricalParameterRanges", std::move(categories));
    return all;
}

Result<Object> Describer::config(const Value& tuning)
{
    const Value& given = tuning["strategy"];
    const std::string strategy = given.isObject() ? given["kind"].text() : given.isText() ? given.text() : "Bayesian";
    if (!std::ranges::count(std::vector<std::string>{"Bayesian", "Random", "Hyperband", "Grid"}, strategy))
        return Error{ErrorKind::Spec, "SageMaker has no strategy \"" + strategy + "\"", "/tuning/strategy",
                     "It has Bayesian, Random, Hyperband and Grid"};
    Object all{{"Strategy", strategy}};
    if (strategy == "Hyperband") {
        Object band;
        for (const auto& [theirs, ours] : sagemaker::hyperbandKeys())
            if (const Value& value = given[ours]; value.isInt())
                band.set(theirs, value);
        if (!band.empty())
            all.set("StrategyConfig", Object{{"HyperbandStrategyConfig", std::move(band)}});
    }
    const Value& several = tuning["objective"];
    if (several.isArray() && several.array().size() > 1)
        return Error{ErrorKind::Spec, "SageMaker has one objective", "/tuning/objective", "Leave one"};
    const Value& objective = several.isArray() && !several.array().empty() ? several.array().front() : several;
    if (objective["metric"].text().empty())
        return Error{ErrorKind::Spec, "there is no objective", "/tuning/objective", "Name a metric and a goal"};
    all.set("HyperParameterTuningJobObjective",
            Object{{"Type", objective["goal"].text() == "maximize" ? "Maximize" : "Minimize"},
                   {"MetricName", objective["metric"].text()}});
    Object limits;
    if (const Value& jobs = tuning["max_jobs"]; jobs.isInt())
        limits.set("MaxNumberOfTrainingJobs", jobs);
    limits.set("MaxParallelTrainingJobs", tuning["max_parallel_jobs"].toInt(1));
    if (const Value& seconds = tuning["max_runtime_in_seconds"]; seconds.isNumber())
        limits.set("MaxRuntimeInSeconds", std::int64_t(std::ceil(seconds.toReal())));
    all.set("ResourceLimits", std::move(limits));
    CORE_TRY(space, ranges(tuning["parameters"].array()));
    all.set("ParameterRanges", std::move(space));
    const Value& early = tuning["early_stopping"];
    const std::string rule = early.isObject() ? early["kind"].text() : early.text();
    if (!rule.empty() && rule != "Off" && rule != "Auto")
        return Error{ErrorKind::Spec, "SageMaker has no early stopping \"" + rule + "\"", "/tuning/early_stopping",
                     "It has Off and Auto"};
    if (!rule.empty())
        all.set("TrainingJobEarlyStoppingType", rule);
    if (const Value& seed = tuning["seed"]; seed.isInt())
        all.set("RandomSeed", seed);
    const Value& ends = tuning["completion"];
    Object completion;
    if (const Value& target = ends["target_objective_metric_value"]; target.isNumber())
        completion.set("TargetObjectiveMetricValue", target);
    if (const Value& jobs = ends["max_number_of_training_jobs_not_improving"]; jobs.isInt())
        completion.set("BestObjectiveNotImproving", Object{{"MaxNumberOfTrainingJobsNotImproving", jobs}});
    if (const Value& converges = ends["complete_on_convergence"]; converges.isBool())
        completion.set("ConvergenceDetected",
                       Object{{"CompleteOnConvergence", converges.toBool() ? "Enabled" : "Disabled"}});
    if (!completion.empty())
        all.set("TuningJobCompletionCriteria", std::move(completion));
    return all;
}

Result<Exchanged> Describer::tuning()
{
    const Value& tuning = m_experiment["tuning"];
    Object all{{"HyperParameterTuningJobName", serviceName(m_experiment["name"].text(), 32, m_notes)}};
    CORE_TRY(made, config(tuning));
    all.set("HyperParameterTuningJobConfig", std::move(made));
    Object definition;
    if (Object values = hyperparameters(); !values.empty())
        definition.set("StaticHyperParameters", std::move(values));
    common(definition);
    definition.erase("Tags");
    all.set("TrainingJobDefinition", std::move(definition));
    if (const Value& start = tuning["warm_start"]; start.isObject()) {
        Array parents;
        for (const Value& parent : start["parents"].array())
            parents.push_back(Object{{"HyperParameterTuningJobName", parent}});
        const std::string type = start["type"].text().empty() ? "IDENTICAL_DATA_AND_ALGORITHM" : start["type"].text();
        all.set("WarmStartConfig", Object{{"ParentHyperParameterTuningJobs", std::move(parents)},
                                          {"WarmStartType", sagemaker::theirs(sagemaker::warmStarts(), type)}});
    }
    for (const char* key : {"Tags", "Autotune"})
        if (!kept(key).isNull())
            all.set(key, kept(key));
    return Exchanged{std::move(all), std::move(m_notes)};
}

}

Result<Exchanged> exportSageMaker(const Value& experiment)
{
    if (!experiment.isObject())
        return Error{ErrorKind::Spec, "is " + std::string(experiment.typeName()) + ", not an experiment", "/",
                     "Give an experiment file"};
    CORE_TRY(job, spec::readJob(experiment["job"]));
    Describer describer(experiment, std::move(job));
    return experiment["tuning"].isObject() ? describer.tuning() : describer.training();
}

}

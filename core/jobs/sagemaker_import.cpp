// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/sagemaker_importer.h"
#include "core/jobs/sagemaker_read.h"

#include "core/base/json.h"
#include "core/spec/job.h"

#include <algorithm>
#include <optional>

namespace core::jobs {
namespace sagemaker {

using namespace base;

namespace {

bool isSetting(const std::string& name)
{
    const std::string part = name.substr(0, name.find('.'));
    return std::ranges::count(sagemaker::experimentParts(), part) > 0;
}

}

Value plainValue(const std::string& text)
{
    const auto value = parseJson(text);
    return value && (value->isNumber() || value->isBool()) && writeJson(*value) == text ? *value : Value(text);
}

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
        if (!s3.isNull())
            CORE_CHECK(knownKeys(s3, at + "/DataSource/S3DataSource", sagemaker::s3Keys()));
        if (!files.isNull())
            CORE_CHECK(knownKeys(files, at + "/DataSource/FileSystemDataSource", sagemaker::fileSystemKeys()));
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

Status Importer::instances(const Value& given, const std::string& where)
{
    if (const Value& type = given["InstanceType"]; !type.isNull()) {
        CORE_TRY(name, textAt(type, where + "/InstanceType"));
        m_job.set("instance", name);
    }
    if (const Value& count = given["InstanceCount"]; !count.isNull()) {
        CORE_TRY(number, wholeAt(count, where + "/InstanceCount", 1));
        m_job.set("instance_count", number);
    }
    return {};
}

Status Importer::resources(const Value& given, const std::string& where)
{
    if (given.isNull())
        return {};
    CORE_CHECK(knownKeys(given, where, sagemaker::resourceKeys()));
    CORE_CHECK(instances(given, where));
    Object rest = given.object();
    rest.erase("InstanceType");
    rest.erase("InstanceCount");
    if (!rest.empty())
        m_kept.set("ResourceConfig", std::move(rest));
    return {};
}

// What a tuning job may name instead: of a list of instances AWS takes the first that it has.
Status Importer::tuningResources(const Value& given, const std::string& where)
{
    if (given.isNull())
        return {};
    CORE_CHECK(knownKeys(given, where, sagemaker::tuningResourceKeys()));
    return instances(given, where);
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
    if (!given["ResourceConfig"].isNull() && !given["HyperParameterTuningResourceConfig"].isNull())
        return wrongAt(where + "/HyperParameterTuningResourceConfig", "stands beside ResourceConfig",
                       "SageMaker takes one of the two: remove the other");
    CORE_CHECK(resources(given["ResourceConfig"], where + "/ResourceConfig"));
    CORE_CHECK(
        tuningResources(given["HyperParameterTuningResourceConfig"], where + "/HyperParameterTuningResourceConfig"));
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

}

base::Result<Exchanged> importSageMaker(const base::Value& description)
{
    using namespace sagemaker;
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

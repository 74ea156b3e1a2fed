// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/script.h"

#include "core/base/files.h"
#include "core/base/json.h"

#include <algorithm>
#include <cctype>
#include <thread>

namespace core::jobs {

using namespace base;
namespace fs = std::filesystem;

namespace {

constexpr const char* host = "algo-1";
constexpr std::size_t longestFailure = 1024;

// As SageMaker's toolkit writes them: upper case, what no variable may hold as underscores.
std::string variableName(const std::string& begin, const std::string& name)
{
    std::string variable = begin;
    for (const char c : name)
        variable +=
            std::isalnum(static_cast<unsigned char>(c)) ? char(std::toupper(static_cast<unsigned char>(c))) : '_';
    return variable;
}

std::string asText(const Value& value)
{
    return value.isText() ? value.text() : writeJson(value);
}

std::int64_t gpusHere()
{
    std::int64_t count = 0;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/dev", none)) {
        const std::string name = entry.path().filename().string();
        count += name.starts_with("nvidia") && name.size() > 6 && std::isdigit(static_cast<unsigned char>(name[6]));
    }
    return count;
}

Object resources(const spec::JobSpec& spec)
{
    return {{"current_host", host},
            {"current_instance_type", spec.instance.empty() ? "local" : spec.instance},
            {"current_group_name", "homogeneousCluster"},
            {"hosts", Array{host}},
            {"instance_groups", Array{Object{{"instance_group_name", "homogeneousCluster"},
                                             {"instance_type", spec.instance.empty() ? "local" : spec.instance},
                                             {"hosts", Array{host}}}}},
            {"network_interface_name", "lo"}};
}

Object inputs(const ScriptJob& job)
{
    Object all;
    for (const auto& [name, path] : job.channels)
        all.set(name, Object{{"TrainingInputMode", "File"},
                             {"S3DistributionType", "FullyReplicated"},
                             {"RecordWrapperType", "None"}});
    return all;
}

// A folder is linked as it is, a file into a folder of the channel's name.
Status linkChannel(const fs::path& place, const std::string& path)
{
    std::error_code failed;
    fs::remove_all(place, failed);
    const fs::path target = fs::absolute(path, failed);
    if (fs::is_directory(target, failed)) {
        fs::create_directory_symlink(target, place, failed);
    } else {
        fs::create_directories(place, failed);
        if (!failed)
            fs::create_symlink(target, place / target.filename(), failed);
    }
    return failed ? Status(systemError("link", place, failed.value())) : Status();
}

}

Result<ScriptJob> scriptJobOf(const Value& experiment, const spec::JobSpec& spec)
{
    ScriptJob job;
    job.name = experiment["name"].text().empty() ? "script" : experiment["name"].text();
    const auto take = [&](const Value& channels, const std::string& where) -> Status {
        if (!channels.isObject())
            return {};
        for (const auto& [name, path] : channels.object()) {
            if (path.text().empty())
                continue;
            if (path.text().find("://") != std::string::npos)
                return Error{ErrorKind::Data, "\"" + path.text() + "\" is not on this machine", where + "/" + name,
                             "Copy it here and name the copy's path"};
            std::error_code none;
            if (!fs::exists(path.text(), none))
                return Error{ErrorKind::Data, "\"" + path.text() + "\" is not there", where + "/" + name,
                             "Name a file or a folder"};
            job.channels[name] = path.text();
        }
        return {};
    };
    CORE_CHECK(take(experiment["data"]["channels"], "/data/channels"));
    CORE_CHECK(take(spec.channels, "/job/channels"));
    return job;
}

Status makeScriptFolders(const ScriptFolders& folders, const ScriptJob& job, const spec::JobSpec& spec)
{
    std::error_code failed;
    for (const fs::path& folder : {folders.config(), folders.data(), folders.model(), folders.outputData(),
                                   folders.checkpoints(), folders.output() / "intermediate"}) {
        fs::create_directories(folder, failed);
        if (failed)
            return systemError("make", folder, failed.value());
    }
    for (const auto& [name, path] : job.channels)
        CORE_CHECK(linkChannel(folders.data() / name, path));
    Object texts;
    for (const auto& [name, value] : spec.hyperparameters.object())
        texts.set(name, asText(value));
    CORE_CHECK(writeFileAtomically(folders.config() / "hyperparameters.json", writeJson(texts, 2) + "\n"));
    CORE_CHECK(writeFileAtomically(folders.config() / "resourceconfig.json", writeJson(resources(spec), 2) + "\n"));
    return writeFileAtomically(folders.config() / "inputdataconfig.json", writeJson(inputs(job), 2) + "\n");
}

std::vector<std::pair<std::string, std::string>> scriptEnvironment(const ScriptFolders& folders, const ScriptJob& job,
                                                                   const spec::JobSpec& spec)
{
    Array channels, arguments;
    for (const auto& [name, path] : job.channels)
        channels.emplace_back(name);
    for (const auto& [name, value] : spec.hyperparameters.object()) {
        arguments.emplace_back("--" + name);
        arguments.emplace_back(asText(value));
    }
    std::vector<std::pair<std::string, std::string>> all{
        {"SAGEMAKER_BASE_DIR", folders.root.string()},
        {"TRAINING_JOB_NAME", job.name},
        {"SM_MODEL_DIR", folders.model().string()},
        {"SM_INPUT_DIR", (folders.root / "input").string()},
        {"SM_INPUT_CONFIG_DIR", folders.config().string()},
        {"SM_OUTPUT_DIR", folders.output().string()},
        {"SM_OUTPUT_DATA_DIR", folders.outputData().string()},
        {"SM_OUTPUT_INTERMEDIATE_DIR", (folders.output() / "intermediate").string()},
        {"SM_CHECKPOINT_DIR", folders.checkpoints().string()},
        {"SM_CHANNELS", writeJson(channels)},
        {"SM_HPS", writeJson(spec.hyperparameters)},
        {"SM_USER_ARGS", writeJson(arguments)},
        {"SM_NUM_GPUS", std::to_string(gpusHere())},
        {"SM_NUM_CPUS", std::to_string(std::max(1u, std::thread::hardware_concurrency()))},
        {"SM_NUM_NEURONS", "0"},
        {"SM_HOSTS", writeJson(Array{host})},
        {"SM_CURRENT_HOST", host},
        {"SM_CURRENT_INSTANCE_TYPE", spec.instance.empty() ? "local" : spec.instance},
        {"SM_NETWORK_INTERFACE_NAME", "lo"},
        {"SM_RESOURCE_CONFIG", writeJson(resources(spec))},
        {"SM_INPUT_DATA_CONFIG", writeJson(inputs(job))},
        {"SM_LOG_LEVEL", "20"}};
    for (const auto& [name, path] : job.channels)
        all.emplace_back(variableName("SM_CHANNEL_", name), (folders.data() / name).string());
    for (const auto& [name, value] : spec.hyperparameters.object())
        all.emplace_back(variableName("SM_HP_", name), asText(value));
    for (const auto& [name, value] : spec.environment.object()) {
        std::erase_if(all, [&](const auto& one) { return one.first == name; });
        all.emplace_back(name, value.text());
    }
    return all;
}

std::string failureReason(const ScriptFolders& folders)
{
    const auto text = readHead(folders.failure(), longestFailure);
    std::string reason = text ? *text : std::string();
    while (!reason.empty() && std::isspace(static_cast<unsigned char>(reason.back())))
        reason.pop_back();
    return reason;
}

}

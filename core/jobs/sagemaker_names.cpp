// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/sagemaker_names.h"

#include <algorithm>

namespace core::jobs::sagemaker {

const Names& keptKeys()
{
    static const Names names{"RoleArn",
                             "OutputDataConfig",
                             "VpcConfig",
                             "Tags",
                             "EnableNetworkIsolation",
                             "EnableInterContainerTrafficEncryption",
                             "CheckpointConfig",
                             "DebugHookConfig",
                             "DebugRuleConfigurations",
                             "TensorBoardOutputConfig",
                             "ExperimentConfig",
                             "ProfilerConfig",
                             "ProfilerRuleConfigurations",
                             "RetryStrategy",
                             "RemoteDebugConfig",
                             "InfraCheckConfig",
                             "SessionChainingConfig",
                             "ServerlessJobConfig",
                             "MlflowConfig",
                             "ModelPackageConfig",
                             "DefinitionName",
                             "HyperParameterTuningResourceConfig"};
    return names;
}

static Names joined(Names some, const Names& more)
{
    some.insert(some.end(), more.begin(), more.end());
    return some;
}

const Names& trainingKeys()
{
    static const Names names =
        joined({"TrainingJobName", "HyperParameters", "AlgorithmSpecification", "InputDataConfig", "ResourceConfig",
                "StoppingCondition", "EnableManagedSpotTraining", "Environment"},
               keptKeys());
    return names;
}

const Names& definitionKeys()
{
    static const Names names =
        joined({"TuningObjective", "HyperParameterRanges", "StaticHyperParameters", "AlgorithmSpecification",
                "InputDataConfig", "ResourceConfig", "StoppingCondition", "EnableManagedSpotTraining", "Environment"},
               keptKeys());
    return names;
}

const Names& tuningKeys()
{
    static const Names names{"HyperParameterTuningJobName",
                             "HyperParameterTuningJobConfig",
                             "TrainingJobDefinition",
                             "TrainingJobDefinitions",
                             "WarmStartConfig",
                             "Tags",
                             "Autotune"};
    return names;
}

const Names& tuningConfigKeys()
{
    static const Names names{"Strategy",        "StrategyConfig",
                             "ResourceLimits",  "HyperParameterTuningJobObjective",
                             "ParameterRanges", "TrainingJobEarlyStoppingType",
                             "RandomSeed",      "TuningJobCompletionCriteria"};
    return names;
}

const Names& algorithmKeys()
{
    static const Names names{"TrainingImage",      "AlgorithmName",       "TrainingInputMode",
                             "MetricDefinitions",  "ContainerEntrypoint", "EnableSageMakerMetricsTimeSeries",
                             "ContainerArguments", "TrainingImageConfig"};
    return names;
}

const Names& channelKeys()
{
    static const Names names{"ChannelName",       "DataSource", "ContentType",  "CompressionType",
                             "RecordWrapperType", "InputMode",  "ShuffleConfig"};
    return names;
}

const Names& resourceKeys()
{
    static const Names names{"InstanceType",    "InstanceCount",           "VolumeSizeInGB",
                             "VolumeKmsKeyId",  "InstanceGroups",          "KeepAlivePeriodInSeconds",
                             "TrainingPlanArn", "InstancePlacementConfig", "InstancePreferences"};
    return names;
}

const Names& s3Keys()
{
    static const Names names{
        "S3DataType",        "S3Uri",          "S3DataDistributionType", "AttributeNames", "InstanceGroupNames",
        "ModelAccessConfig", "HubAccessConfig"};
    return names;
}

const Names& fileSystemKeys()
{
    static const Names names{"FileSystemId", "FileSystemAccessMode", "FileSystemType", "DirectoryPath"};
    return names;
}

const Names& tuningResourceKeys()
{
    static const Names names{"InstanceType",   "InstanceCount",      "VolumeSizeInGB",
                             "VolumeKmsKeyId", "AllocationStrategy", "InstanceConfigs"};
    return names;
}

const Names& rangeKeys()
{
    static const Names names{"IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges",
                             "AutoParameters"};
    return names;
}

const Names& experimentParts()
{
    static const Names names{"data", "split", "augment", "model", "train", "rules", "capture", "profiler"};
    return names;
}

const Pairs& scales()
{
    static const Pairs pairs{
        {"Auto", "auto"}, {"Linear", "linear"}, {"Logarithmic", "log"}, {"ReverseLogarithmic", "reverse_log"}};
    return pairs;
}

const Pairs& warmStarts()
{
    static const Pairs pairs{{"IdenticalDataAndAlgorithm", "IDENTICAL_DATA_AND_ALGORITHM"},
                             {"TransferLearning", "TRANSFER_LEARNING"}};
    return pairs;
}

const Pairs& hyperbandKeys()
{
    static const Pairs pairs{{"MinResource", "min_resource"}, {"MaxResource", "max_resource"}};
    return pairs;
}

std::string ours(const Pairs& pairs, const std::string& theirs)
{
    const auto found = std::ranges::find(pairs, theirs, &Pairs::value_type::first);
    return found == pairs.end() ? std::string() : found->second;
}

std::string theirs(const Pairs& pairs, const std::string& ours)
{
    const auto found = std::ranges::find(pairs, ours, &Pairs::value_type::second);
    return found == pairs.end() ? std::string() : found->first;
}

}

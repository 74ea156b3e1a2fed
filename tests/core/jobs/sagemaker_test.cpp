// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/jobs/sagemaker.h"

#include <catch2/catch.hpp>

namespace tests::sagemaker_test {

using namespace core::jobs;
using core::base::Array;
using core::base::Object;
using core::base::parseJson;
using core::base::Value;
using core::base::writeJson;

namespace {

const char* const training = R"json({
    "TrainingJobName": "churn-2026",
    "HyperParameters": {"lr": "0.05", "depth": "6", "booster": "gbtree"},
    "AlgorithmSpecification": {
        "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1",
        "TrainingInputMode": "File",
        "ContainerEntrypoint": ["python3", "train.py"],
        "ContainerArguments": ["--verbose"],
        "MetricDefinitions": [{"Name": "validation:auc", "Regex": "auc=([0-9.]+)"}]
    },
    "RoleArn": "arn:aws:iam::123456789012:role/train",
    "InputDataConfig": [{"ChannelName": "train", "ContentType": "text/csv", "DataSource": {"S3DataSource": {
        "S3DataType": "S3Prefix", "S3Uri": "s3://bucket/rows", "S3DataDistributionType": "FullyReplicated"}}}],
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
    "EnableManagedSpotTraining": true,
    "CheckpointConfig": {"S3Uri": "s3://bucket/checkpoints"},
    "Environment": {"LEVEL": "2"}
})json";

const char* const tuning = R"json({
    "HyperParameterTuningJobName": "churn-tuned",
    "HyperParameterTuningJobConfig": {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3, "MaxRuntimeInSeconds": 9000},
        "ParameterRanges": {
            "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "9", "ScalingType": "Auto"}],
            "ContinuousParameterRanges": [
                {"Name": "lr", "MinValue": "0.0001", "MaxValue": "0.5", "ScalingType": "Logarithmic"},
                {"Name": "keep", "MinValue": "0.5", "MaxValue": "0.99", "ScalingType": "ReverseLogarithmic"}],
            "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}]
        },
        "TrainingJobEarlyStoppingType": "Auto",
        "RandomSeed": 7,
        "TuningJobCompletionCriteria": {
            "TargetObjectiveMetricValue": 0.95,
            "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 5},
            "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}
        }
    },
    "TrainingJobDefinition": {
        "StaticHyperParameters": {"rounds": "100"},
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File",
            "ContainerEntrypoint": ["./train"]},
        "RoleArn": "arn:aws:iam::123456789012:role/train",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600}
    },
    "WarmStartConfig": {"ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "before"}],
        "WarmStartType": "TransferLearning"}
})json";

Value parsed(const char* text)
{
    const auto value = parseJson(text);
    REQUIRE(value);
    return *value;
}

// Members in any order.
bool same(const Value& a, const Value& b)
{
    if (a.isArray() && b.isArray()) {
        bool equal = a.array().size() == b.array().size();
        for (std::size_t i = 0; equal && i < a.array().size(); ++i)
            equal = same(a.array()[i], b.array()[i]);
        return equal;
    }
    if (!a.isObject() || !b.isObject())
        return a == b;
    if (a.object().size() != b.object().size())
        return false;
    for (const auto& [key, value] : a.object())
        if (!b.object().find(key) || !same(value, b[key]))
            return false;
    return true;
}

std::string wrong(const char* text, const std::string& path, Value value)
{
    Value changed = parsed(text);
    REQUIRE(changed.setAt(path, std::move(value)));
    const auto made = importSageMaker(changed);
    return made ? "nothing" : made.error().where;
}

}

TEST_CASE("a training job's description becomes an experiment, and comes back as it was")
{
    const auto made = importSageMaker(parsed(training));
    REQUIRE(made);
    const Value& experiment = made->value;
    CHECK(experiment["name"].text() == "churn-2026");
    const Value& job = experiment["job"];
    CHECK(job["command"] == Value(Array{"python3", "train.py", "--verbose"}));
    CHECK(job["hyperparameters"] == Value(Object{{"lr", 0.05}, {"depth", 6}, {"booster", "gbtree"}}));
    CHECK(job["metric_definitions"] == Value(Array{Object{{"name", "validation:auc"}, {"regex", "auc=([0-9.]+)"}}}));
    CHECK(job["channels"]["train"].text() == "s3://bucket/rows");
    CHECK(job["instance"].text() == "ml.m5.xlarge");
    CHECK(job["instance_count"].toInt() == 2);
    CHECK(job["max_run_s"].toInt() == 3600);
    CHECK(job["max_wait_s"].toInt() == 7200);
    CHECK(job["spot"].toBool());
    REQUIRE(made->notes.size() == 1);
    CHECK(made->notes.front().find("s3://bucket/rows") != std::string::npos);
    const auto back = exportSageMaker(experiment);
    REQUIRE(back);
    INFO(writeJson(back->value, 1));
    CHECK(same(back->value, parsed(training)));
    CHECK(back->notes.empty());
}

TEST_CASE("arguments of an image's own program are no command, and what AWS chooses among instances is kept")
{
    Value given = parsed(training);
    Object algorithm = given["AlgorithmSpecification"].object();
    algorithm.erase("ContainerEntrypoint");
    given.object().set("AlgorithmSpecification", std::move(algorithm));
    const Array types{Object{{"InstanceType", "ml.m5.xlarge"}}, Object{{"InstanceType", "ml.c5.xlarge"}}};
    given.object().set("ResourceConfig",
                       Object{{"InstancePreferences", types}, {"InstanceCount", 2}, {"VolumeSizeInGB", 50}});
    const auto made = importSageMaker(given);
    REQUIRE(made);
    CHECK(made->value["job"]["command"].isNull());
    CHECK(std::ranges::any_of(
        made->notes, [](const std::string& note) { return note.find("no ContainerEntrypoint") != std::string::npos; }));
    const auto back = exportSageMaker(made->value);
    REQUIRE(back);
    INFO(writeJson(back->value, 1));
    CHECK(same(back->value, given));
}

TEST_CASE("a tuning job's description becomes a study, and comes back as it was")
{
    const auto made = importSageMaker(parsed(tuning));
    REQUIRE(made);
    const Value& study = made->value["tuning"];
    CHECK(study["strategy"].text() == "Bayesian");
    CHECK(study["objective"] == Value(Object{{"metric", "validation:auc"}, {"goal", "maximize"}}));
    CHECK(study["max_jobs"].toInt() == 20);
    CHECK(study["max_parallel_jobs"].toInt() == 3);
    CHECK(study["early_stopping"].text() == "Auto");
    const Array& parameters = study["parameters"].array();
    REQUIRE(parameters.size() == 4);
    CHECK(parameters[0] ==
          Value(Object{{"path", "depth"}, {"type", "integer"}, {"min", 2}, {"max", 9}, {"scale", "auto"}}));
    CHECK(parameters[1]["scale"].text() == "log");
    CHECK(parameters[2]["scale"].text() == "reverse_log");
    CHECK(parameters[3]["values"] == Value(Array{"gbtree", "dart"}));
    CHECK(study["completion"]["complete_on_convergence"].toBool());
    CHECK(study["warm_start"]["type"].text() == "TRANSFER_LEARNING");
    const auto back = exportSageMaker(made->value);
    REQUIRE(back);
    INFO(writeJson(back->value, 1));
    CHECK(same(back->value, parsed(tuning)));
}

TEST_CASE("hyperparameters come back letter by letter, whatever they look like")
{
    Value given = parsed(training);
    const Object texts{{"rate", "1e-4"},    {"epochs", "1E5"}, {"id", "12345678901234567890"},
                       {"quoted", "\"x\""}, {"space", " 3"},   {"zeros", "007"},
                       {"ratio", "1.0"},    {"flag", "true"},  {"none", "null"},
                       {"list", "[1, 2]"},  {"empty", ""},     {"small", "0.1000000000000000055"}};
    given.object().set("HyperParameters", texts);
    const auto made = importSageMaker(given);
    REQUIRE(made);
    CHECK(made->value["job"]["hyperparameters"]["ratio"] == Value(1.0));
    CHECK(made->value["job"]["hyperparameters"]["flag"] == Value(true));
    CHECK(made->value["job"]["hyperparameters"]["epochs"] == Value("1E5")); // no program reads 100000.0 as it
    const auto back = exportSageMaker(made->value);
    REQUIRE(back);
    INFO(writeJson(back->value["HyperParameters"], 1));
    CHECK(same(back->value["HyperParameters"], texts));
}

TEST_CASE("a tuning job has resources of its own or those of a training job, not both")
{
    Value given = parsed(tuning);
    Object definition = given["TrainingJobDefinition"].object();
    definition.erase("ResourceConfig");
    const auto backOf = [&](Object resources) {
        definition.set("HyperParameterTuningResourceConfig", std::move(resources));
        given.object().set("TrainingJobDefinition", definition);
        const auto made = importSageMaker(given);
        REQUIRE(made);
        const auto back = exportSageMaker(made->value);
        REQUIRE(back);
        INFO(writeJson(back->value, 1));
        CHECK(same(back->value, given));
        CHECK(back->notes.empty());
        return made->value;
    };
    const Array configs{Object{{"InstanceType", "ml.m5.xlarge"}, {"InstanceCount", 1}, {"VolumeSizeInGB", 30}}};
    CHECK(backOf({{"AllocationStrategy", "Prioritized"}, {"InstanceConfigs", configs}})["job"]["instance"].isNull());
    Value one = backOf({{"InstanceType", "ml.c5.xlarge"}, {"InstanceCount", 2}, {"VolumeSizeInGB", 30}});
    CHECK(one["job"]["instance"].text() == "ml.c5.xlarge");
    REQUIRE(one.setAt("job.instance", "ml.m5.large"));
    const auto changed = exportSageMaker(one);
    REQUIRE(changed);
    CHECK(changed->value["TrainingJobDefinition"]["ResourceConfig"]["InstanceType"].text() == "ml.m5.large");
    CHECK(changed->value["TrainingJobDefinition"]["HyperParameterTuningResourceConfig"].isNull());
    definition.set("ResourceConfig", Object{{"InstanceType", "ml.m5.large"}});
    given.object().set("TrainingJobDefinition", definition);
    const auto both = importSageMaker(given);
    REQUIRE_FALSE(both);
    CHECK(both.error().where == "/TrainingJobDefinition/HyperParameterTuningResourceConfig");
}

TEST_CASE("a list of one training job's definition is that one")
{
    Value given = parsed(tuning);
    Object definition = given["TrainingJobDefinition"].object(),
           config = given["HyperParameterTuningJobConfig"].object();
    definition.set("DefinitionName", "only");
    definition.set("TuningObjective", *config.find("HyperParameterTuningJobObjective"));
    definition.set("HyperParameterRanges", *config.find("ParameterRanges"));
    config.erase("HyperParameterTuningJobObjective");
    config.erase("ParameterRanges");
    given.object().set("HyperParameterTuningJobConfig", config);
    given.object().erase("TrainingJobDefinition");
    given.object().set("TrainingJobDefinitions", Array{definition});
    const auto made = importSageMaker(given);
    REQUIRE(made);
    CHECK(made->value["tuning"]["objective"]["metric"].text() == "validation:auc");
    CHECK(made->value["tuning"]["parameters"].array().size() == 4);
    given.object().set("TrainingJobDefinitions", Array{definition, definition});
    CHECK_FALSE(importSageMaker(given));
    definition.set("HyperParameterRanges", Object{{"IntegerParameterRange", Array{}}});
    given.object().set("TrainingJobDefinitions", Array{definition});
    const auto misspelt = importSageMaker(given);
    REQUIRE_FALSE(misspelt);
    CHECK(misspelt.error().where == "/TrainingJobDefinitions/0/HyperParameterRanges/IntegerParameterRange");
}

TEST_CASE("an experiment without a script goes out as hyperparameters by path, and comes back")
{
    const Value experiment =
        Object{{"name", "moons"},
               {"data", Object{{"source", "two-moons"}, {"rows", 200}}},
               {"augment", Array{}},
               {"model", Object{{"kind", "mlp"}, {"hidden", Array{8, 8}}}},
               {"train", Object{{"epochs", 3}, {"optimizer", Object{{"kind", "adam"}, {"lr", 0.01}}}}},
               {"job", Object{{"max_run_s", 60}, {"instance", "ml.m5.large"}}}};
    const auto out = exportSageMaker(experiment);
    REQUIRE(out);
    CHECK(out->value["HyperParameters"]["train.optimizer.lr"].text() == "0.01");
    CHECK(out->value["HyperParameters"]["model.hidden"].text() == "[8,8]");
    CHECK(out->notes.size() == 3); // role, output and image are the person's
    const auto back = importSageMaker(out->value);
    REQUIRE(back);
    for (const char* part : {"name", "data", "augment", "model", "train"}) {
        INFO(part);
        CHECK(same(back->value[part], experiment[part]));
    }
    CHECK(back->value["job"]["max_run_s"].toInt() == 60);
}

TEST_CASE("what is wrong with a description is told with its JSON path")
{
    CHECK(wrong(training, "TrainingJobNam", "x") == "/TrainingJobNam");
    CHECK(wrong(training, "TrainingJobName", 3) == "/TrainingJobName");
    CHECK(wrong(training, "ResourceConfig.InstanceCount", "2") == "/ResourceConfig/InstanceCount");
    CHECK(wrong(training, "ResourceConfig.InstanceCount", 0) == "/ResourceConfig/InstanceCount");
    CHECK(wrong(training, "StoppingCondition.MaxWaitTimeInSeconds", 10) == "/StoppingCondition/MaxWaitTimeInSeconds");
    CHECK(wrong(training, "HyperParameters.lr", 0.1) == "/HyperParameters/lr");
    CHECK(wrong(training, "AlgorithmSpecification.MetricDefinitions", Array{Object{{"Name", "a"}}}) ==
          "/AlgorithmSpecification/MetricDefinitions/0/Regex");
    CHECK(wrong(training, "InputDataConfig", Array{Object{{"ChannelName", "a"}, {"DataSource", Object{}}}}) ==
          "/InputDataConfig/0/DataSource");
    CHECK(wrong(training, "EnableManagedSpotTraining", "yes") == "/EnableManagedSpotTraining");
    const std::string config = "HyperParameterTuningJobConfig.", at = "/HyperParameterTuningJobConfig/";
    CHECK(wrong(tuning, config + "Strategy", "Bayes") == at + "Strategy");
    CHECK(wrong(tuning, config + "ParameterRanges.ContinuousParameterRanges",
                Array{Object{{"Name", "lr"}, {"MinValue", "low"}, {"MaxValue", "1"}}}) ==
          at + "ParameterRanges/ContinuousParameterRanges/0/MinValue");
    CHECK(wrong(tuning, config + "ParameterRanges.IntegerParameterRanges",
                Array{Object{{"Name", "n"}, {"MinValue", "5"}, {"MaxValue", "1.5"}}}) ==
          at + "ParameterRanges/IntegerParameterRanges/0/MaxValue");
    CHECK(wrong(tuning, config + "ResourceLimits.MaxParallelTrainingJobs", 0) ==
          at + "ResourceLimits/MaxParallelTrainingJobs");
    CHECK(wrong(tuning, "TrainingJobDefinition.ResourceConfig.InstanceTyp", "x") ==
          "/TrainingJobDefinition/ResourceConfig/InstanceTyp");
    CHECK(wrong(tuning, config + "StrategyConfig", Object{{"HyperbandStrategyConfi", Object{}}}) ==
          at + "StrategyConfig/HyperbandStrategyConfi");
    CHECK(wrong(tuning, config + "StrategyConfig", Object{{"HyperbandStrategyConfig", Object{{"MinResource", 1}}}}) ==
          at + "StrategyConfig/HyperbandStrategyConfig"); // the strategy is Bayesian
    CHECK(wrong(tuning, config + "TuningJobCompletionCriteria.BestObjectiveNotImproving", Object{{"MaxJobs", 4}}) ==
          at + "TuningJobCompletionCriteria/BestObjectiveNotImproving/MaxJobs");
    CHECK(wrong(tuning, config + "TuningJobCompletionCriteria.ConvergenceDetected", Object{{"Complete", "Enabled"}}) ==
          at + "TuningJobCompletionCriteria/ConvergenceDetected/Complete");
    CHECK(wrong(training, "InputDataConfig.0.DataSource.S3DataSource.S3DataTyp", "S3Prefix") ==
          "/InputDataConfig/0/DataSource/S3DataSource/S3DataTyp");
    CHECK(importSageMaker(Object{{"HyperParameters", Object{}}}).error().message == "is missing");
    CHECK_FALSE(importSageMaker(Array{}));
}

TEST_CASE("what SageMaker has not is refused or said on the way out")
{
    const auto where = [](Object study) {
        study.set("objective", Object{{"metric", "a"}, {"goal", "minimize"}});
        const auto made = exportSageMaker(Object{{"name", "a"}, {"tuning", std::move(study)}});
        return made ? std::string("nothing") : made.error().where;
    };
    CHECK(where({{"strategy", "TPE"}}) == "/tuning/strategy");
    CHECK(where({{"strategy", "Random"}}) == "nothing");
    CHECK(where({{"early_stopping", "ASHA"}}) == "/tuning/early_stopping");
    CHECK(where({{"parameters", Array{Object{{"path", "a"}, {"min", 1}, {"max", 2}, {"step", 1}}}}}) ==
          "/tuning/parameters/0");
    const auto spot = exportSageMaker(
        Object{{"name", "my job!"}, {"job", Object{{"spot", true}, {"interruption", "now"}, {"command", "x"}}}});
    REQUIRE(spot);
    CHECK(spot->value["TrainingJobName"].text() == "my-job");
    CHECK(spot->value["StoppingCondition"]["MaxWaitTimeInSeconds"].toInt() == 86400);
    CHECK(spot->notes.size() >= 5);
}

TEST_CASE("what no job could run with is refused on the way in")
{
    const auto where = [](const char* channel, const char* regex) {
        auto description = parseJson(training);
        REQUIRE(description);
        REQUIRE(description->setAt("InputDataConfig.0.ChannelName", channel));
        REQUIRE(description->setAt("AlgorithmSpecification.MetricDefinitions.0.Regex", regex));
        const auto made = importSageMaker(*description);
        return made ? std::string("nothing") : made.error().where;
    };
    CHECK(where("train", "auc=([0-9.]+)") == "nothing");
    CHECK(where("tra/in", "auc=([0-9.]+)") == "/job/channels/tra/in");
    CHECK(where("train", "auc=([0-9.+") == "/job/metric_definitions/0/regex");
}

}

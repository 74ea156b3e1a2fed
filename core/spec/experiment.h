// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"
#include "core/spec/averaging_spec.h"
#include "core/spec/capture.h"
#include "core/spec/check.h"
#include "core/spec/data_spec.h"
#include "core/spec/distributed.h"
#include "core/spec/profiler.h"
#include "core/spec/rules.h"

namespace core::spec {

struct EarlyStoppingSpec {
    std::string metric = "validation/loss";
    std::string mode = "auto";
    std::int64_t patience = 5;
    double minDelta = 0;
    std::int64_t startEpoch = 0;
    bool restoreBest = true;
};

struct CheckpointSpec {
    std::optional<std::int64_t> everySteps;
    std::optional<double> everySeconds = 10;
    std::int64_t keep = 2;
    std::int64_t keyframesMb = 256;
};

/// A training that goes on from what an older task taught, on new rows.
struct IncrementalSpec {
    std::string old;
    std::vector<std::string> classes;
    Pick remedy{"none", base::Object{}};
};

/// Adapters of low rank beside weights that stay (LoRA, Hu et al. 2021).
struct LoraSpec {
    std::int64_t rank = 8;
    double alpha = 8;
    std::vector<std::string> targets;
};

struct ModelSpec {
    std::string initializeFrom;
    std::string wordVectors;
    std::string head = "auto";
    Value freeze = "none"; ///< see freezeOf()
    std::optional<LoraSpec> lora;
};

/// What is frozen thaws from the top.
struct UnfreezeSpec {
    std::int64_t everyEpochs = 1;
    std::vector<std::int64_t> atEpochs;
    double rateFactor = 1;
};

struct TrainSpec {
    std::int64_t epochs = 10;
    std::optional<std::int64_t> steps;
    Value batchSize = 32;
    std::int64_t accumulate = 1;
    bool dropLast = false;
    std::optional<Pick> loss;
    std::vector<Pick> metrics;
    Pick optimizer{"adam", base::Object{}};
    Pick schedule{"constant", base::Object{}};
    bool decayNormsAndBiases = true;
    double layerDecay = 1;
    std::optional<UnfreezeSpec> unfreeze;
    double l1 = 0;
    double l2 = 0;
    std::optional<double> maxNorm;
    std::optional<double> clipGradNorm;
    std::optional<double> clipGradValue;
    std::optional<EmaSpec> ema;
    std::optional<SwaSpec> swa;
    std::optional<IncrementalSpec> incremental;
    std::optional<EarlyStoppingSpec> earlyStopping;
    CheckpointSpec checkpoint;
    std::string precision = "32-true";
    std::string memoryFormat = "auto";
    std::int64_t gradientCheckpointing = 0;
    Value threads = "auto";
    std::int64_t seed = 0;
    bool shuffle = true;
    bool deterministic = true;
};

/// What a person writes into `*.experiment.json`, as values. `model` holds the network's parameters and ModelSpec's.
struct Experiment {
    std::string name;
    DataSpec data;
    SplitSpec split;
    std::vector<Pick> augment;
    Pick model{"mlp", base::Object{}};
    TrainSpec train;
    std::vector<CaptureSpec> capture{CaptureSpec{.collection = "all", .saveInterval = 50},
                                     CaptureSpec{.collection = "updates", .saveInterval = 50},
                                     CaptureSpec{.collection = "activations", .saveInterval = 50}};
    std::vector<RuleSpec> rules = usualRules();
    ProfilerSpec profiler;
    DistributedSpec distributed;
};

/// The training as all ranks do it together: a step takes a batch of each.
TrainSpec wholeTrain(const Experiment& experiment);

const base::Fields<Experiment>& experimentFields();
const base::Fields<ModelSpec>& modelFields();

/// Checks an experiment: the resolved tree, with every default of every plug-in filled in, and the problems.
Checked resolve(const Value& given, const CheckContext& context);

/// Reads `file` (or `{}` if it is empty), applies `--set PATH=VALUE` texts, checks. The first problem is the error.
/// `notes`: takes what Checked::notes says.
base::Result<Value> load(const std::filesystem::path& file, const std::vector<std::string>& sets,
                         const base::Catalog& catalog, std::vector<std::string>* notes = nullptr);

/// The typed form of a resolved tree.
Experiment read(const Value& resolved);

/// `PATH=VALUE` as path and value; VALUE is JSON, else text.
base::Result<std::pair<std::string, Value>> parseSet(std::string_view assignment);
/// The same onto a tree.
base::Status applySet(Value& tree, std::string_view assignment);

/// A setting that differs between two trees, by dotted path, in the order of the first.
struct Difference {
    std::string path;
    Value before;
    Value after;

    bool operator==(const Difference&) const = default;
};
std::vector<Difference> difference(const Value& before, const Value& after);
/// The same as a person would say it: where a kind was exchanged, that is one difference with all its parameters.
std::vector<Difference> wholeDifference(const Value& before, const Value& after);

/// JSON Schema (2020-12) of a schema, with every family's kinds.
Value jsonSchema(const base::Schema& schema, const base::Catalog& catalog);

}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/schema.h"
#include "core/data/info.h"
#include "core/events/event.h"
#include "core/model/layer_info.h"

#include <filesystem>
#include <map>

namespace core::session {

/// Every family of plug-ins and their parameters; built once.
const base::Catalog& catalog();

/// Whether its model is an estimator: it learns in rounds from all rows, and an epoch is one of them.
bool learnsInRounds(const base::Value& resolved);

struct SchedulePreview {
    std::int64_t trainRows = 0;
    std::int64_t stepsPerEpoch = 0;
    std::int64_t totalSteps = 0;
    std::vector<double> lr; ///< of every optimizer step
    double base = 0;        ///< what the schedule multiplies
    std::string basePath;   ///< where that is set: `train.optimizer.lr`
};
base::Result<SchedulePreview> previewSchedule(const base::Value& resolved);
/// The same when the number of training rows is known: no data is opened.
base::Result<SchedulePreview> previewSchedule(const base::Value& resolved, std::int64_t trainRows);

/// How a layer takes part in the training.
enum class Learning { Whole, Partly, Frozen };

struct ModelPreview {
    std::vector<std::int64_t> inputShape;
    std::vector<model::LayerInfo> layers;
    std::vector<Learning> learning; ///< of each layer, when the training begins
    std::int64_t parameters = 0;
    std::int64_t trainable = 0; ///< parameters that learn then, adapters among them
    std::int64_t adapters = 0;  ///< parameters of adapters
    std::string head;           ///< the name of the last layer with weights
    std::uint64_t bytes = 0; ///< weights, gradients, optimizer state and one batch's activations; of an estimator, rows
    bool estimator = false;  ///< no network: it learns in rounds, and what it is made of grows
    std::int64_t rounds = 0; ///< of an estimator
};
base::Result<ModelPreview> previewModel(const base::Value& resolved);
base::Result<ModelPreview> previewModel(const base::Value& resolved, const data::DatasetInfo& info);

/// One row to look at: an image, or the cells of a table row.
struct SampleRow {
    std::int64_t row = 0;
    data::SplitName split = data::SplitName::Train;
    double target = 0;
    std::vector<float> cells; ///< table rows
    std::int64_t width = 0, height = 0, channels = 0;
    std::vector<std::uint8_t> pixels; ///< images: row-major, channels last
};

/// Rows by number, and what the data set is.
struct RowsPreview {
    data::DatasetInfo info;
    std::vector<SampleRow> samples; ///< in the order asked for; numbers that are no rows are left out
};
base::Result<RowsPreview> previewRows(const base::Value& resolved, const std::vector<std::int64_t>& rows);

/// All points of a data set with two features, for the surface: x, y, class, split.
struct Point {
    float x = 0, y = 0;
    std::int32_t target = 0;
    data::SplitName split = data::SplitName::Train;
    std::int64_t row = 0;
};
base::Result<std::vector<Point>> previewPoints(const base::Value& resolved);

/// Predicted from a few steps on scratch weights.
struct Estimate {
    double secondsPerStep = 0;
    double seconds = 0;
    std::uint64_t bytes = 0;
    std::int64_t threads = 1;
};
base::Result<Estimate> estimate(const base::Value& resolved, const std::string& device);

/// Metrics of a run's model on a split. Opening `test` is counted in the run.
/// Makes sure that a run has a checkpoint of the step that `at` names, if it names one: else that step is trained again
/// from the keyframe before it and kept as a keyframe.
base::Status reach(const std::filesystem::path& run, const std::string& at);

/// By how much the best of `openings` looks at a test part of `rows` rows is expected to flatter an accuracy: the
/// expected largest of so many standard normal numbers (Blom 1958) times the standard error √(a(1 − a) / rows). Right
/// if each look was at another model and the best was kept; 0 for one look.
double optimismOf(double accuracy, std::int64_t rows, std::int64_t openings);

struct Evaluation {
    std::vector<std::pair<std::string, double>> metrics;
    std::int64_t rows = 0;
    std::int64_t testOpenings = 0;
    double optimism = 0; ///< what the openings so far may have added to the accuracy, see optimismOf()
    events::ConfusionFrame confusion;
    struct Class {
        std::string name;
        double precision = 0, recall = 0, f1 = 0;
        std::int64_t support = 0; ///< rows that are of it
    };
    std::vector<Class> classes; ///< of a classification
};
/// Every metric that fits, whatever the training records.
base::Result<Evaluation> evaluate(const std::filesystem::path& run, const std::string& split, const std::string& at);

/// Writes predictions for the rows of `input` (the run's own source format) as CSV. Returns the number of rows. Where
/// every pixel has a class: the share of each class, and in a folder beside it (`p.csv` → `p.masks`) a grey PNG of
/// class ids for each row.
base::Result<std::int64_t> predict(const std::filesystem::path& run, const std::filesystem::path& input,
                                   const std::filesystem::path& output, const std::string& at);

/// Versions, devices, threads, and what is missing.
base::Value doctor();

/// Once a process, before anything of torch runs: spinning OpenMP threads are slow on a shared machine, and so are
/// small pages. Both are read when libraries are loaded, so the program starts itself again with OMP_WAIT_POLICY and
/// GLIBC_TUNABLES set where they do not say otherwise.
void prepareProcess(int argc, char** argv);

}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/formats/png_writer.h"
#include "core/session/inspect.h"
#include "core/session/past.h"
#include "core/session/restored.h"
#include "core/store/checkpoint.h"
#include "core/store/exporter.h"
#include "core/store/file_beside.h"
#include "core/store/run_record.h"
#include "core/train/evaluator.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>

#include <charconv>
#include <cmath>

namespace core::session {

using base::Error;
using base::ErrorKind;

namespace {

std::string number(double value)
{
    char text[32];
    const auto [end, code] = std::to_chars(text, text + sizeof text, value);
    return {text, end};
}

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

}

namespace {

// The inverse of the normal distribution, by bisection of erfc.
double normalQuantile(double p)
{
    double low = -9, high = 9;
    for (int i = 0; i < 80; ++i) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::sqrt(2.)) < p ? low : high) = middle;
    }
    return low;
}

}

double optimismOf(double accuracy, std::int64_t rows, std::int64_t openings)
{
    if (openings < 2 || rows < 1 || !(accuracy >= 0 && accuracy <= 1))
        return 0;
    const double k = double(openings);
    return normalQuantile((k - 0.375) / (k + 0.25)) * std::sqrt(accuracy * (1 - accuracy) / double(rows));
}

base::Status reach(const std::filesystem::path& run, const std::string& at)
{
    std::int64_t step = -1;
    const auto [end, code] = std::from_chars(at.data(), at.data() + at.size(), step);
    if (code != std::errc{} || end != at.data() + at.size() || step < 0)
        return {};
    for (const store::CheckpointFile& file : store::listCheckpoints(run / "checkpoints"))
        if (file.step == step)
            return {};
    CORE_TRY(past, Past::openFor(run, step));
    CORE_TRY(engine, past.at(step, "cpu", {}));
    CORE_TRY(written, store::writeCheckpoint(run / "checkpoints", engine->snapshot(), store::Durability::Process));
    (void)written;
    return {};
}

base::Result<Evaluation> evaluate(const std::filesystem::path& run, const std::string& split, const std::string& at)
{
    std::size_t index = 3;
    for (std::size_t s = 0; s < 3; ++s)
        if (data::name(data::SplitName(s)) == split)
            index = s;
    if (index == 3)
        return Error{ErrorKind::Usage, "\"" + split + "\" is no split", "--split", "Write train, validation or test"};
    CORE_TRY(restored, restore(run, at));
    const data::RowSet& rows = restored.module.rows(data::SplitName(index));
    if (rows.empty())
        return Error{ErrorKind::Data, "the " + split + " split has no rows", "/split/" + split,
                     "Give it a share and train again"};
    Evaluation evaluation;
    if (data::SplitName(index) == data::SplitName::Test) {
        // Counted before it is looked at: an opening cannot be undone.
        CORE_TRY(openings, store::countTestOpening(run));
        evaluation.testOpenings = openings;
    } else if (const auto summary = store::summarize(run)) {
        evaluation.testOpenings = summary->testOpenings;
    }
    const train::Loss& loss = restored.learner->loss();
    const data::DatasetInfo& info = restored.module.info();
    const train::MetricSet all = train::MetricSet::all(loss, info);
    CORE_TRY(recorded, train::MetricSet::of(restored.experiment.train, loss, info));
    train::EvaluationResult result = train::evaluate(*restored.learner, restored.module, rows, {true, 0, &all});
    evaluation.rows = std::int64_t(rows.size());
    evaluation.metrics.emplace_back(split + "/loss", result.loss);
    for (const auto& [name, value] : result.metrics)
        evaluation.metrics.emplace_back(split + "/" + name, value);
    for (std::size_t c = 0; c < std::min(info.classes.size(), result.classes.size()); ++c) {
        const train::ClassCounts& one = result.classes[c];
        evaluation.classes.push_back({info.classes[c], one.precision(), one.recall(), one.f1(), one.there});
    }
    if (data::SplitName(index) == data::SplitName::Test) {
        for (const auto& [name, value] : result.metrics)
            if (name == "accuracy")
                evaluation.optimism = optimismOf(value, evaluation.rows, evaluation.testOpenings);
        // What the run is compared by, not all that can be said of it.
        auto kept = evaluation.metrics;
        std::erase_if(kept, [&](const auto& figure) {
            const std::string name = figure.first.substr(figure.first.find('/') + 1);
            return name != "loss" && !recorded.has(name);
        });
        CORE_CHECK(store::keepTestResult(run, evaluation.rows, kept));
    }
    evaluation.confusion = std::move(result.confusion);
    return evaluation;
}

namespace {

/// What a row of predictions is made of: columns of numbers, with the class that they stand for before them.
struct Predictions {
    std::vector<std::string> header;
    at::Tensor values; ///< [rows, numbers] float32 on the processor
};

std::string levelName(double level)
{
    return "q" + number(level);
}

// Quantiles stand behind the numbers that they are of.
void addQuantiles(const train::Quantiles& quantiles, const std::vector<std::string>& numbers, double shift,
                  double scale, Predictions& told)
{
    for (const std::string& name : numbers)
        for (const double level : quantiles.levels)
            told.header.push_back(name + "_" + levelName(level));
    const at::Tensor flat = quantiles.values.div(scale).add(shift).flatten(1).to(at::kCPU, at::kFloat);
    told.values = at::cat({told.values, flat}, 1);
}

Predictions predictionsOf(const train::Loss& loss, const data::DatasetInfo& info, const at::Tensor& output)
{
    Predictions told;
    const at::Tensor said = loss.predictionOf(output);
    if (info.segments()) {
        // Of the pixels of a picture, the share that is said to be of each class.
        for (const std::string& name : info.classes)
            told.header.push_back("share(" + name + ")");
        std::vector<at::Tensor> shares;
        const at::Tensor best = said.argmax(1).flatten(1);
        for (std::int64_t c = 0; c < said.size(1); ++c)
            shares.push_back(best.eq(c).to(at::kFloat).mean(1));
        told.values = at::stack(shares, 1).to(at::kCPU).contiguous();
        return told;
    }
    if (loss.classifies()) {
        told.header = {"prediction", "confidence"};
        for (const std::string& name : info.classes)
            told.header.push_back("p(" + name + ")");
        told.values = at::softmax(said, 1).to(at::kCPU, at::kFloat).contiguous();
        return told;
    }
    const bool vectors = loss.says() == train::Says::Vectors;
    const at::Tensor flat = said.reshape({said.size(0), -1}).to(at::kCPU, at::kFloat);
    told.values = vectors ? flat.contiguous() : flat.div(info.targetScale).add(info.targetShift).contiguous();
    const std::string name = vectors ? "embedding" : "prediction";
    // Of several steps each has a column; the first is the next step.
    for (std::int64_t i = 1; i <= told.values.size(1); ++i)
        told.header.push_back(told.values.size(1) > 1 ? name + "_" + std::to_string(i) : name);
    if (const auto quantiles = loss.quantilesOf(output))
        addQuantiles(*quantiles, std::vector<std::string>(told.header), info.targetShift, info.targetScale, told);
    told.values = told.values.contiguous();
    return told;
}

// Grey pictures of class ids in a folder beside `output`: `p.csv` → `p.masks/000000.png`, …
base::Status writeMasks(const at::Tensor& scores, const std::filesystem::path& output, std::int64_t first)
{
    std::filesystem::path folder = output;
    folder.replace_extension(".masks");
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return base::Error{base::ErrorKind::Resource, "cannot be made: " + failed.message(), folder.string(), {}};
    const at::Tensor ids = scores.argmax(1).to(at::kCPU, at::kByte).contiguous();
    const std::int64_t height = ids.size(1), width = ids.size(2), pixels = height * width;
    for (std::int64_t i = 0; i < ids.size(0); ++i) {
        std::string name = std::to_string(first + i);
        name.insert(0, name.size() < 6 ? 6 - name.size() : 0, '0');
        CORE_CHECK(data::writePng(folder / (name + ".png"),
                                  {ids.const_data_ptr<std::uint8_t>() + i * pixels, std::size_t(pixels)},
                                  std::uint32_t(width), std::uint32_t(height), data::PngPixels::Grey));
    }
    return {};
}

std::string headOf(const Predictions& told)
{
    std::string head;
    for (const std::string& name : told.header)
        head += (head.empty() ? "" : ",") + quoted(name);
    return head + "\n";
}

// One line a row.
std::string linesOf(const Predictions& told, const std::vector<std::string>& classes)
{
    std::string csv;
    const std::int64_t width = told.values.size(1);
    const float* row = told.values.const_data_ptr<float>();
    for (std::int64_t i = 0; i < told.values.size(0); ++i, row += width) {
        if (!classes.empty()) {
            const auto best = std::max_element(row, row + width) - row;
            csv += quoted(classes[std::size_t(best)]) + "," + number(row[best]) + ",";
        }
        for (std::int64_t c = 0; c < width; ++c)
            csv += (c > 0 ? "," : "") + number(row[c]);
        csv += "\n";
    }
    return csv;
}

}

base::Result<std::int64_t> predict(const std::filesystem::path& run, const std::filesystem::path& input,
                                   const std::filesystem::path& output, const std::string& at)
{
    CORE_TRY(restored, restore(run, at));
    const data::DatasetInfo& info = restored.module.info();
    const train::Loss& loss = restored.learner->loss();
    const std::vector<std::string> classes =
        loss.classifies() && !info.segments() ? info.classes : std::vector<std::string>{};
    CORE_TRY(file, store::FileBeside::create(output));
    at::NoGradGuard noGraph;
    std::int64_t rows = 0;
    const auto tell = [&](const at::Tensor& inputs) -> base::Status {
        const at::Tensor said = restored.learner->predict(inputs);
        const Predictions told = predictionsOf(loss, info, said);
        if (info.segments())
            CORE_CHECK(writeMasks(loss.predictionOf(said), output, rows));
        if (rows == 0)
            CORE_CHECK(file.write(headOf(told)));
        rows += inputs.size(0);
        return file.write(linesOf(told, classes));
    };
    CORE_CHECK(restored.module.readInputs(input.string(), [&](at::Tensor inputs) -> base::Status {
        constexpr std::int64_t part = 512;
        for (std::int64_t first = 0; first < inputs.size(0); first += part)
            CORE_CHECK(tell(inputs.narrow(0, first, std::min(part, inputs.size(0) - first))));
        return {};
    }));
    CORE_CHECK(file.commit());
    return rows;
}

}

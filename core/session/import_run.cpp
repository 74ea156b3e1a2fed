// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/import_run.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/data/formats/npz_reader.h"
#include "core/data/formats/scalar_log.h"
#include "core/data/formats/zip_reader.h"
#include "core/spec/capture.h"
#include "core/spec/statistic.h"
#include "core/store/finalize.h"
#include "core/store/raw_tensors.h"
#include "core/store/run_folder.h"
#include "core/tensor/signal_statistics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Object;
namespace fs = std::filesystem;

namespace import_run {

constexpr std::size_t mostBytes = std::size_t(1) << 30;
constexpr std::int64_t mostStep = std::int64_t(1) << 53;

struct Foreign {
    std::string format;
    data::ScalarLog log;
    std::vector<std::pair<std::int64_t, data::NamedArray>> tensors; ///< by step, names without it
};

// A path inside HDF5 that is no other series' column: `a//b` and `loss/value` would be.
std::string pathOf(const std::string& name)
{
    std::string path;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t slash = std::min(name.find('/', at), name.size());
        std::string part = name.substr(at, slash - at);
        at = slash + 1;
        if (part.empty() || part == ".")
            continue;
        for (const char* column : {"step", "value", "time", "rows"})
            if (!path.empty() && part == column)
                part += '_';
        if (!path.empty() && spec::statisticKind(part))
            part += '_';
        path += (path.empty() ? "" : "/") + part;
    }
    return path.empty() ? "unnamed" : path;
}

// Steps rise; what was logged of a step twice, by a run that went back, counts as it was logged last.
store::Series ordered(const data::ScalarLog::Series& given, double now)
{
    std::vector<std::size_t> order(given.steps.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return given.steps[i]; });
    store::Series series;
    for (const std::size_t i : order) {
        if (!series.steps.empty() && series.steps.back() == given.steps[i]) {
            series.steps.pop_back();
            series.values.pop_back();
            series.times.pop_back();
        }
        series.steps.push_back(given.steps[i]);
        series.values.push_back(given.values[i]);
        series.times.push_back(given.times[i] > 0 ? given.times[i] : now);
    }
    return series;
}

// `name@step` or `name@step@MODE` into what it is called here and its step; false if it is neither.
bool takeName(const std::string& given, std::string& name, std::int64_t& step)
{
    std::string_view rest = given, mode;
    std::size_t at = rest.rfind('@');
    if (at == rest.npos)
        return false;
    std::string_view digits = rest.substr(at + 1);
    for (const std::string_view known : {"TRAIN", "EVAL", "PREDICT", "GLOBAL"})
        if (digits == known)
            mode = known;
    if (!mode.empty()) {
        rest = rest.substr(0, at);
        at = rest.rfind('@');
        digits = at == rest.npos ? std::string_view{} : rest.substr(at + 1);
    }
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), step);
    if (digits.empty() || code != std::errc{} || end != digits.data() + digits.size() || step < 0 || step > mostStep ||
        at == 0)
        return false;
    name = std::string(rest.substr(0, at));
    if (mode == "EVAL")
        name.insert(0, spec::atEvaluation);
    else if (mode == "PREDICT")
        name.insert(0, "predict/");
    return true;
}

base::Result<Foreign> readNpz(const fs::path& file)
{
    Foreign foreign{"npz"};
    CORE_TRY(contents, data::readNpz(file, [](const std::string&) { return false; }));
    for (data::NamedArray& array : contents.arrays) {
        std::string name;
        std::int64_t step = 0;
        if (!takeName(array.name, name, step))
            return Error{ErrorKind::Data, "the array \"" + array.name + "\" does not tell its step", file.string(),
                         "Name arrays name@step or name@step@EVAL, as in np.savez(f, **{\"fc1.weight@0\": w})"};
        if (array.array.element == data::Element::Text)
            continue;
        array.name = pathOf(name);
        if (array.array.count() == 1)
            foreign.log.add(array.name, step, array.array.at(0), 0);
        foreign.tensors.emplace_back(step, std::move(array));
    }
    if (foreign.tensors.empty())
        return Error{ErrorKind::Data, "there are no arrays of numbers in it", file.string(), {}};
    std::ranges::stable_sort(foreign.tensors, {}, [](const auto& each) { return each.first; });
    return foreign;
}

base::Result<Foreign> readFolder(const fs::path& folder)
{
    Foreign foreign{"tensorboard"};
    std::vector<fs::path> files;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed))
        if (entry.path().filename().string().find("tfevents") != std::string::npos)
            files.push_back(entry.path());
    std::ranges::sort(files);
    for (const fs::path& file : files) {
        CORE_TRY(bytes, base::readFile(file, mostBytes));
        CORE_TRY(log, data::readTfEvents(bytes, file.string()));
        for (const auto& [name, series] : log.series)
            for (std::size_t i = 0; i < series.steps.size(); ++i)
                foreign.log.add(pathOf(name), series.steps[i], series.values[i], series.times[i]);
    }
    if (files.empty())
        return Error{ErrorKind::Data, "there is no TensorBoard event file in this folder", folder.string(),
                     "Their names hold \"tfevents\""};
    return foreign;
}

base::Result<Foreign> read(const fs::path& file)
{
    if (fs::is_directory(file))
        return readFolder(file);
    CORE_TRY(head, base::readHead(file, 64));
    if (data::looksLikeZip(head))
        return readNpz(file);
    CORE_TRY(bytes, base::readFile(file, mostBytes));
    const bool events = data::looksLikeTfEvents(head);
    CORE_TRY(log, events ? data::readTfEvents(bytes, file.string())
                         : data::readScalarCsv(bytes, file.string(), file.stem().string()));
    Foreign foreign{events ? "tensorboard" : "csv"};
    for (auto& [name, series] : log.series)
        for (std::size_t i = 0; i < series.steps.size(); ++i)
            foreign.log.add(pathOf(name), series.steps[i], series.values[i], series.times[i]);
    return foreign;
}

at::Tensor tensorOf(const data::NumberArray& array)
{
    at::Tensor made = tensor::empty(array.shape);
    array.copyTo(made.mutable_data_ptr<float>());
    return made;
}

base::Status addTensors(const Foreign& foreign, const fs::path& run, store::RunRecord& record)
{
    if (foreign.tensors.empty())
        return {};
    std::vector<std::string> statistics = spec::usualStatistics();
    statistics.insert(statistics.end(), {"p5", "p95"});
    CORE_TRY(writer, store::RawWriter::open(run, 0));
    for (const auto& [step, named] : foreign.tensors) {
        const at::Tensor values = tensorOf(named.array);
        store::TensorSeries& series = record.tensors[named.name];
        if (!series.steps.empty() && series.steps.back() == step)
            return Error{ErrorKind::Data, "there are two arrays of " + named.name + " at step " + std::to_string(step),
                         run.string(), "Save each tensor once a step"};
        CORE_CHECK(writer->add(named.name, step, named.array.shape,
                               {values.const_data_ptr<float>(), std::size_t(values.numel())}));
        store::TensorBlock block{{named.name}, statistics, {step}, {}};
        tensor::Signal signal(values);
        for (const std::string& text : statistics)
            block.values.push_back(store::asKept(text, signal.take({text, {}})));
        series.add(block, 0);
    }
    return writer->sync();
}

void addEvents(const std::string& id, const fs::path& folder, store::RunRecord& record)
{
    std::int64_t last = -1;
    events::RunFinished finished;
    events::RunOpened opened;
    for (const auto& [name, series] : record.scalars) {
        last = std::max(last, series.steps.back());
        finished.metrics.emplace_back(name, series.values.back());
        opened.groups.push_back({name});
    }
    for (const auto& [name, series] : record.tensors)
        last = std::max(last, series.steps.back());
    opened.id = id;
    opened.folder = folder.string();
    opened.spec = record.spec;
    // Nothing is known of its plan: that it has no steps to do marks a run that was made elsewhere.
    opened.totalSteps = 0;
    opened.stepsPerEpoch = finished.steps = last + 1;
    record.opened = opened;
    record.finished = finished;
    record.state = finished.state;
    record.events = {opened, events::StateChanged{finished.state, last + 1, {}}, finished};
    record.eventTimes.assign(record.events.size(), record.created);
}

}

std::string scalarPath(const std::string& name)
{
    return import_run::pathOf(name);
}

base::Result<fs::path> importRun(const fs::path& file, const fs::path& runs)
{
    CORE_TRY(foreign, import_run::read(file));
    std::string name = "imported-";
    for (const char c : file.stem().string().substr(0, 40))
        name += std::isalnum(static_cast<unsigned char>(c)) ? c : '-';
    const base::Value spec =
        Object{{"name", name}, {"imported", Object{{"file", fs::absolute(file).string()}, {"format", foreign.format}}}};
    CORE_TRY(folder, store::RunFolder::create(runs, name, spec));
    store::RunRecord record;
    record.id = folder.id();
    record.folder = folder.path();
    record.spec = spec;
    record.created = base::wallSeconds();
    for (const auto& [scalar, series] : foreign.log.series)
        record.scalars.emplace(scalar, import_run::ordered(series, record.created));
    base::Status status = import_run::addTensors(foreign, folder.path(), record);
    if (status) {
        import_run::addEvents(folder.id(), folder.path(), record);
        status = store::replaceView(folder.path(), record);
    }
    if (!status) {
        // Half a run is none.
        std::error_code failed;
        fs::remove_all(folder.path(), failed);
        return std::move(status).error();
    }
    return folder.path();
}

}

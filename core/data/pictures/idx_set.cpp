// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pictures/idx_set.h"

#include "core/data/formats/cell.h"
#include "core/data/formats/idx_reader.h"
#include "core/data/tables/array_inputs.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

namespace core::data {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view folderImages = "train-images-idx3-ubyte";
constexpr std::int64_t maxIdxClasses = 1'000'000;
constexpr std::int64_t maxIdxColumns = 1'000'000;

base::Error idxSetError(const fs::path& where, std::string message, std::string advice)
{
    return {base::ErrorKind::Data, std::move(message), where.string(), std::move(advice)};
}

// The file itself, or the same packed or unpacked; empty if there is none.
fs::path plainOrPacked(const fs::path& file)
{
    std::error_code ignored;
    if (fs::is_regular_file(file, ignored))
        return file;
    fs::path other = file;
    if (file.extension() == ".gz")
        other.replace_extension();
    else
        other += ".gz";
    return fs::is_regular_file(other, ignored) ? other : fs::path{};
}

// `file` with the last `from` in its name replaced; empty if there is none.
fs::path renamed(const fs::path& file, std::string_view from, std::string_view to)
{
    std::string name = file.filename().string();
    const auto at = name.rfind(from);
    if (at == name.npos)
        return {};
    name.replace(at, from.size(), to);
    return file.parent_path() / name;
}

// `a-labels-idx1-ubyte` of `a-images-idx3-ubyte`.
fs::path labelsNameOf(const fs::path& images)
{
    fs::path file = renamed(images, "images", "labels");
    for (const char* dimensions : {"idx2", "idx3", "idx4"})
        if (const fs::path found = renamed(file, dimensions, "idx1"); !found.empty())
            file = found;
    return file;
}

base::Result<fs::path> findLabels(const fs::path& images, const fs::path& given)
{
    const fs::path wanted = given.empty() ? labelsNameOf(images) : given;
    if (wanted.empty())
        return idxSetError(
            images, "its name does not tell where its labels are",
            "Name their file in data.source.labels, or call the files x-images-idx3-ubyte and x-labels-idx1-ubyte");
    if (fs::path found = plainOrPacked(wanted); !found.empty())
        return found;
    return idxSetError(wanted, "no labels here, and none packed as .gz",
                       "Put them beside " + images.filename().string() + ", or name their file in data.source.labels");
}

// Channels first or last where one of them is 1, 3 or 4 long.
bool isChannelCount(std::int64_t length)
{
    return length == 1 || length == 3 || length == 4;
}

base::Result<std::vector<std::int64_t>> inputShapeOf(const IdxArray& array, const std::string& where)
{
    const auto& s = array.shape;
    if (s.size() == 2 && s[1] <= maxIdxColumns)
        return std::vector{s[1]};
    if (s.size() == 3)
        return std::vector<std::int64_t>{1, s[1], s[2]};
    if (s.size() == 4 && isChannelCount(s[1]))
        return std::vector{s[1], s[2], s[3]};
    if (s.size() == 4 && isChannelCount(s[3]))
        return std::vector{s[3], s[1], s[2]};
    if (s.size() == 1)
        return idxSetError(where, "holds one number a row: labels rather than images", "Name the file of the images");
    return idxSetError(where, "has " + std::to_string(s.size()) + " dimensions that are no images",
                       "Images are rows × height × width, with 1, 3 or 4 channels before or after");
}

at::Tensor tensorOf(const IdxArray& array, const std::vector<std::int64_t>& inputShape)
{
    std::vector<std::int64_t> shape = inputShape;
    shape.insert(shape.begin(), array.rows());
    const bool channelsLast = array.shape.size() == 4 && !isChannelCount(array.shape[1]);
    const bool bytes = array.type == IdxType::U8 && inputShape.size() == 3;
    const std::int64_t channels = inputShape.front(), pixels = channelsLast ? inputShape[1] * inputShape[2] : 1;
    at::Tensor made = tensor::empty(shape, bytes ? at::kByte : at::kFloat);
    if (bytes && !channelsLast) {
        std::memcpy(made.mutable_data_ptr(), array.bytes.data(), array.bytes.size());
        return made;
    }
    // Where element i of a row comes from.
    const auto from = [&](std::int64_t i) { return channelsLast ? i % pixels * channels + i / pixels : i; };
    copyElements(array, made, from);
    return made;
}

base::Status checkLabels(const IdxArray& images, const IdxArray& labels, const fs::path& file)
{
    if (labels.shape.size() != 1)
        return idxSetError(file, "has " + std::to_string(labels.shape.size()) + " dimensions; labels have one", {});
    if (labels.rows() != images.rowsInFile)
        return idxSetError(file,
                           "holds " + std::to_string(labels.rows()) + " labels for " +
                               std::to_string(images.rowsInFile) + " images",
                           "Both files must be of one set");
    return {};
}

// What labels stand for: label − first is the class.
struct LabelRange {
    std::int64_t first = 0, classes = 0;
};

// −1 for what is no class: fractions, NaN, numbers beyond any class.
std::int64_t labelOf(const IdxArray& labels, std::int64_t row)
{
    const double value = labels.at(row);
    return value >= 0 && value <= double(maxIdxClasses) && value == std::floor(value) ? std::int64_t(value) : -1;
}

base::Error labelError(const IdxArray& labels, std::int64_t row, const LabelRange& range, const fs::path& file)
{
    return idxSetError(file,
                       "label " + textOf(labels.at(row)) + " of row " + std::to_string(row) +
                           " is out of range: classes are " + std::to_string(range.first) + " to " +
                           std::to_string(range.first + range.classes - 1),
                       "Correct the label; if it is right, set data.source.classes to the number of classes");
}

// From the labels themselves: 0 … k − 1 or 1 … k, up to the first label that does not occur.
LabelRange rangeOf(const IdxArray& labels)
{
    std::set<std::int64_t> seen;
    for (std::int64_t row = 0; row < labels.rows(); ++row)
        seen.insert(labelOf(labels, row));
    LabelRange range{seen.contains(0) || !seen.contains(1) ? 0 : 1, 0};
    while (seen.contains(range.first + range.classes))
        ++range.classes;
    range.classes = std::max<std::int64_t>(range.classes, 1);
    return range;
}

base::Result<at::Tensor> classesOf(const IdxArray& labels, std::int64_t rows, const LabelRange& range,
                                   const fs::path& file)
{
    at::Tensor made = tensor::empty({rows}, at::kLong);
    std::int64_t* out = made.mutable_data_ptr<std::int64_t>();
    for (std::int64_t row = 0; row < rows; ++row) {
        out[row] = labelOf(labels, row) - range.first;
        if (out[row] < 0 || out[row] >= range.classes)
            return labelError(labels, row, range, file);
    }
    return made;
}

at::Tensor numbersOf(const IdxArray& labels, std::int64_t rows)
{
    at::Tensor made = tensor::empty({rows});
    for (std::int64_t row = 0; row < rows; ++row)
        made.mutable_data_ptr<float>()[row] = float(labels.at(row));
    return made;
}

// Reads one pair of files into inputs and targets; the first pair decides shape, task and classes.
class IdxPairs {
public:
    IdxPairs(const SourceRequest& request, const IdxSetOptions& options) : m_request(request), m_options(options) {}

    base::Status read(const fs::path& imagesFile, const fs::path& labelsFile, bool test, Loaded& loaded)
    {
        const std::int64_t maxRows = test ? std::numeric_limits<std::int64_t>::max()
                                          : m_request.data.rows.value_or(std::numeric_limits<std::int64_t>::max());
        CORE_TRY(images, readIdxFile(imagesFile, maxRows));
        CORE_TRY(labels, readIdxFile(labelsFile));
        CORE_CHECK(checkLabels(images, labels, labelsFile));
        CORE_TRY(shape, inputShapeOf(images, imagesFile.string()));
        if (!test)
            describe(shape, labels, loaded.info);
        else if (shape != loaded.info.inputShape)
            return idxSetError(imagesFile, "has images of another size than the training set",
                               "Both files must be of one set");
        (test ? loaded.testInputs : loaded.inputs) = tensorOf(images, shape);
        (test ? loaded.info.testRows : loaded.info.rows) = images.rows();
        at::Tensor& targets = test ? loaded.testTargets : loaded.targets;
        if (loaded.info.task == "regression") {
            targets = numbersOf(labels, images.rows());
            return {};
        }
        // All labels of the file are checked, not only those of the rows that were asked for.
        CORE_TRY(ids, classesOf(labels, labels.rows(), m_range, labelsFile));
        targets = ids.narrow(0, 0, images.rows());
        return {};
    }

private:
    const SourceRequest& m_request;
    const IdxSetOptions& m_options;
    LabelRange m_range;

    void describe(const std::vector<std::int64_t>& shape, const IdxArray& labels, DatasetInfo& info)
    {
        info.name = m_options.name;
        info.target = "label";
        info.inputShape = shape;
        info.modality = shape.size() == 3 ? Modality::Image : Modality::Table;
        if (shape.size() == 1)
            for (std::int64_t f = 0; f < shape[0]; ++f)
                info.features.push_back("column_" + std::to_string(f + 1));
        info.origins = info.features;
        const bool numbers = labels.type == IdxType::F32 || labels.type == IdxType::F64;
        const std::string& task = m_request.data.task;
        info.task = task != "auto" ? task : numbers ? "regression" : "classification";
        if (info.task == "regression")
            return;
        m_range = m_options.classes ? LabelRange{0, *m_options.classes} : rangeOf(labels);
        info.classes = m_options.classNames;
        for (std::int64_t c = std::int64_t(info.classes.size()); c < m_range.classes; ++c)
            info.classes.push_back(std::to_string(m_range.first + c));
    }
};

}

bool holdsIdxFiles(const fs::path& folder)
{
    std::error_code ignored;
    return fs::is_directory(folder, ignored) && !plainOrPacked(folder / folderImages).empty();
}

base::Result<IdxFiles> findIdxFiles(const fs::path& images, const fs::path& labels)
{
    std::error_code ignored;
    const fs::path wanted = fs::is_directory(images, ignored) ? images / folderImages : images;
    IdxFiles files;
    files.images = plainOrPacked(wanted);
    if (files.images.empty())
        return idxSetError(wanted, "no such file", "Check the path; relative paths start at the experiment file");
    CORE_TRY(foundLabels, findLabels(files.images, labels));
    files.labels = foundLabels;
    for (const char* test : {"t10k", "test"}) {
        const fs::path testImages = renamed(files.images, "train", test);
        if (testImages.empty() || !labels.empty() || plainOrPacked(testImages).empty())
            continue;
        files.testImages = plainOrPacked(testImages);
        CORE_TRY(testLabels, findLabels(files.testImages, {}));
        files.testLabels = testLabels;
        break;
    }
    return files;
}

base::Result<Loaded> loadIdxSet(const IdxFiles& files, const SourceRequest& request, const IdxSetOptions& options)
{
    Loaded loaded;
    loaded.where = files.images.string();
    IdxPairs pairs(request, options);
    CORE_CHECK(pairs.read(files.images, files.labels, false, loaded));
    if (!files.testImages.empty())
        CORE_CHECK(pairs.read(files.testImages, files.testLabels, true, loaded));
    if (!request.data.features.empty())
        return base::Error{base::ErrorKind::Spec, "this source has no named columns to choose from", "/data/features",
                           "Leave it out"};
    return loaded;
}

base::Result<Loaded> loadIdxLike(const fs::path& images, const DatasetInfo& like)
{
    const fs::path file = plainOrPacked(images);
    if (file.empty())
        return idxSetError(images, "no such file", "Check the path");
    CORE_TRY(array, readIdxFile(file));
    CORE_TRY(shape, inputShapeOf(array, file.string()));
    const bool pictures = like.image() && shape.size() == 3;
    if (shape != like.inputShape && !pictures)
        return idxSetError(file, "has rows of another shape than the model was trained on", {});
    Loaded loaded;
    loaded.where = file.string();
    loaded.info = like;
    loaded.info.rows = array.rows();
    loaded.inputs = tensorOf(array, shape);
    // Training may have changed the size of pictures, and does so with these.
    if (shape != like.inputShape) {
        loaded.samples = heldImages(std::move(loaded.inputs));
        loaded.inputs = at::Tensor();
    }
    return loaded;
}

}

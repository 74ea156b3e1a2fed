// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/formats/cifar_reader.h"
#include "core/data/source.h"

#include <cstring>
#include <filesystem>
#include <sstream>

namespace core::data::sources::cifar {

namespace {

namespace fs = std::filesystem;

struct Spec {
    std::string path;
    std::string labels = "fine";
};

bool isFile(const fs::path& file)
{
    std::error_code ignored;
    return fs::is_regular_file(file, ignored);
}

// The training files of a folder: data_batch_1.bin … or train.bin.
std::vector<fs::path> trainingFiles(const fs::path& folder)
{
    std::vector<fs::path> files;
    for (int i = 1; i <= 5; ++i)
        if (const fs::path file = folder / ("data_batch_" + std::to_string(i) + ".bin"); isFile(file))
            files.push_back(file);
    if (files.empty() && isFile(folder / "train.bin"))
        files.push_back(folder / "train.bin");
    return files;
}

class Cifar final : public Source {
public:
    explicit Cifar(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of a folder with data_batch_1.bin, or of such a file"};
        std::error_code ignored;
        const bool folder = fs::is_directory(m_spec.path, ignored);
        const std::vector<fs::path> files =
            folder ? trainingFiles(m_spec.path) : std::vector<fs::path>{fs::path(m_spec.path)};
        if (files.empty())
            return base::Error{base::ErrorKind::Data, "has neither data_batch_1.bin nor train.bin", m_spec.path,
                               "Unpack the binary version of CIFAR there"};
        CifarPictures train, test;
        const auto rows = std::size_t(request.data.rows.value_or(std::numeric_limits<std::int64_t>::max()));
        for (const fs::path& file : files)
            CORE_CHECK(append(file, train, request.like ? std::size_t(-1) : rows));
        for (const char* name : {"test_batch.bin", "test.bin"})
            if (folder && !request.like && test.rows() == 0 && isFile(fs::path(m_spec.path) / name))
                CORE_CHECK(append(fs::path(m_spec.path) / name, test, std::size_t(-1)));
        if (test.rows() > 0 && test.hundred != train.hundred)
            return base::Error{base::ErrorKind::Data, "has files of CIFAR-10 and of CIFAR-100", m_spec.path,
                               "Keep them in folders of their own"};
        return loadedOf(train, test, files.front().parent_path(), request);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        if (head.empty())
            return !trainingFiles(path).empty();
        std::error_code failed;
        const auto size = fs::file_size(path, failed);
        return !failed && fs::path(path).extension() == ".bin" && hasCifarSize(size);
    }

private:
    Spec m_spec;

    static base::Status append(const fs::path& file, CifarPictures& into, std::size_t maxRows)
    {
        CORE_TRY(bytes, base::readFile(file, std::size_t(1) << 32));
        return readCifar(bytes, file.string(), into, maxRows);
    }

    static at::Tensor pixelsOf(const CifarPictures& pictures)
    {
        at::Tensor made = tensor::empty({std::int64_t(pictures.rows()), 3, 32, 32}, at::kByte);
        std::memcpy(made.mutable_data_ptr(), pictures.pixels.data(), pictures.pixels.size());
        return made;
    }

    at::Tensor labelsOf(const CifarPictures& pictures) const
    {
        at::Tensor made = tensor::empty({std::int64_t(pictures.rows())}, at::kLong);
        const auto& labels = pictures.hundred && m_spec.labels == "coarse" ? pictures.coarse : pictures.labels;
        std::copy(labels.begin(), labels.end(), made.mutable_data_ptr<std::int64_t>());
        return made;
    }

    // Names stand in a text beside the files, one a line; else classes are called by their numbers.
    std::vector<std::string> classNames(const fs::path& folder, bool hundred) const
    {
        const bool coarse = hundred && m_spec.labels == "coarse";
        const std::size_t count = !hundred ? 10 : coarse ? 20 : 100;
        std::vector<std::string> names;
        const auto text = base::readFile(folder / (!hundred ? "batches.meta.txt"
                                                   : coarse ? "coarse_label_names.txt"
                                                            : "fine_label_names.txt"),
                                         65536);
        std::istringstream lines(text ? *text : "");
        for (std::string line; std::getline(lines, line);) {
            while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
                line.pop_back();
            if (!line.empty())
                names.push_back(line);
        }
        if (names.size() == count)
            return names;
        names.clear();
        for (std::size_t c = 0; c < count; ++c)
            names.push_back(std::to_string(c));
        return names;
    }

    base::Result<Loaded> loadedOf(const CifarPictures& train, const CifarPictures& test, const fs::path& folder,
                                  const SourceRequest& request) const
    {
        Loaded loaded;
        loaded.where = m_spec.path;
        loaded.info.name = train.hundred ? "cifar-100" : "cifar-10";
        loaded.info.task = "classification";
        loaded.info.modality = Modality::Image;
        loaded.info.inputShape = {3, 32, 32};
        loaded.info.rows = std::int64_t(train.rows());
        loaded.inputs = pixelsOf(train);
        if (request.like)
            return loaded;
        loaded.info.target = "label";
        loaded.info.classes = classNames(folder, train.hundred);
        loaded.targets = labelsOf(train);
        if (test.rows() > 0) {
            loaded.testInputs = pixelsOf(test);
            loaded.testTargets = labelsOf(test);
            loaded.info.testRows = std::int64_t(test.rows());
        }
        return loaded;
    }
};

}

void enroll(Sources& all)
{
    all.add<Cifar>("cifar", "CIFAR files",
                   "Colour pictures of 32 × 32 pixels in the binary version of CIFAR-10 or CIFAR-100. Of a folder, the "
                   "test file becomes the test split.",
                   base::Fields<Spec>{}
                       .add("path", &Spec::path, base::Path{},
                            {"A folder with data_batch_1.bin … or train.bin, or one such file."})
                       .add("labels", &Spec::labels, base::Choice{{"fine", "coarse"}},
                            {"Of CIFAR-100: 100 classes, or the 20 that they belong to."}));
}

}

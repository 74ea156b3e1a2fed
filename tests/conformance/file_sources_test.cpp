// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/files.h"
#include "core/data/open.h"
#include "tests/support/data_sets.h"
#include "tests/support/record_bytes.h"

#include <map>

using namespace core;
namespace fs = std::filesystem;

namespace {

// A folder in which every format has a small set of twelve rows and two classes, or two pictures with marks.
class EveryFormat : public tests::TempFolder {
public:
    EveryFormat()
    {
        std::string csv = "x,y,kind\n", json, fast, svm, records, cifar, bytes, kinds;
        for (int i = 0; i < 12; ++i) {
            const std::string x = std::to_string(i * 7 % 12), y = std::to_string(i), k = std::to_string(i % 2);
            csv += x + "," + y + "," + k + "\n";
            json += "{\"x\": " + x + ", \"y\": " + y + ", \"kind\": \"k" + k + "\"}\n";
            fast += "__label__k" + k + " word" + x + ", and word" + y + "\n";
            svm += k + " 1:" + x + " 2:" + y + "\n";
            records +=
                tests::record(tests::mapEntry(1, 2, tests::block(1, tests::raw<float>({float(i), float(i * 7 % 12)}))) +
                              tests::mapEntry(2, 2, tests::block(1, tests::raw<float>({float(i % 2)}))));
            cifar += char(i % 2) + std::string(3072, char(i));
            bytes += {char(i), char(i * 7 % 12)};
            kinds += char(i % 2);
            const std::string name = "/k" + k + "/" + y;
            put("pictures" + name + ".pgm", grey(char(i)));
            put("sounds" + name + ".wav", golden("pcm16.wav"));
        }
        put("table.csv", csv);
        put("table.jsonl", json);
        put("words.txt", fast);
        put("rows.svm", svm);
        put("rows.rec", records);
        put("batch.bin", cifar);
        put("array/x.npy", tests::npyBytes("|u1", "(12, 2)", bytes));
        put("array/y.npy", tests::npyBytes("|u1", "(12,)", kinds));
        put("arrays.npz", tests::zipBytes({{"x.npy", tests::npyBytes("|u1", "(12, 2)", bytes), true},
                                           {"y.npy", tests::npyBytes("|u1", "(12,)", kinds)}}));
        put("small.h5", golden("small.h5"));
        put("a-images-idx3-ubyte", tests::idxBytes(8, {12, 1, 2}, bytes));
        put("a-labels-idx1-ubyte", tests::idxBytes(8, {12}, kinds));
        for (const char* name : {"a", "b"}) {
            const std::string stem = name;
            put("boxes/images/" + stem + ".pgm", grey('x'));
            put("voc/JPEGImages/" + stem + ".pgm", grey('x'));
            put("voc/Annotations/" + stem + ".xml",
                "<annotation><filename>" + stem +
                    ".pgm</filename><object><name>cat</name><bndbox><xmin>1</xmin>"
                    "<ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>");
            put("masked/images/" + stem + ".pgm", grey('x'));
            put("masked/masks/" + stem + ".pgm", grey(1));
        }
        put("boxes/instances.json",
            R"({"images": [{"id": 1, "file_name": "a.pgm"}, {"id": 2, "file_name": "b.pgm"}], "annotations":
                [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}], "categories": [{"id": 1, "name": "cat"}]})");
    }

    // The kinds of sources that take a path, with what of the folder is theirs.
    const std::map<std::string, std::string> paths{
        {"audio_folder", "sounds"},     {"cifar", "batch.bin"},       {"coco", "boxes/instances.json"},
        {"csv", "table.csv"},           {"fast_text", "words.txt"},   {"hdf5", "small.h5"},
        {"idx", "a-images-idx3-ubyte"}, {"image_folder", "pictures"}, {"json_lines", "table.jsonl"},
        {"libsvm", "rows.svm"},         {"mask_folder", "masked"},    {"npy", "array/x.npy"},
        {"npz", "arrays.npz"},          {"record_io", "rows.rec"},    {"voc", "voc"}};

    std::string put(const std::string& name, const std::string& bytes) const
    {
        fs::create_directories((path() / name).parent_path());
        return file(name, bytes).string();
    }
    data::SourceRequest request(const std::string& source, const std::string& name) const
    {
        data::SourceRequest made;
        made.data.source = {source, base::Object{{"path", (path() / name).string()}}};
        return made;
    }

private:
    static std::string grey(char value) { return "P5 3 2 255\n" + std::string(6, value); }
    static std::string golden(const std::string& name)
    {
        const auto bytes = base::readFile(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/files/" + name);
        REQUIRE(bytes);
        return *bytes;
    }
};

std::vector<std::int64_t> labelsOf(const data::Loaded& loaded)
{
    return loaded.targets.defined() ? tests::longsOf(loaded.targets) : std::vector<std::int64_t>();
}

}

TEST_CASE("file sources: each is found from its content, and reads the same as when it is named")
{
    const EveryFormat every;
    for (const base::Entry& entry : data::allSources().family().entries) {
        if (!entry.schema.find("path") || entry.kind == "file")
            continue;
        INFO(entry.kind);
        REQUIRE(every.paths.contains(entry.kind));
        const std::string& name = every.paths.at(entry.kind);
        const auto found = data::loadSource(every.request("file", name));
        const auto named = data::loadSource(every.request(entry.kind, name));
        INFO((found ? "" : base::describe(found.error())));
        REQUIRE(found);
        REQUIRE(named);
        CHECK(found->rows() == named->rows());
        CHECK(found->rows() == (named->info.task == "detection" || named->info.task == "segmentation" ? 2 : 12));
        CHECK(bool(found->table) == bool(named->table));
        CHECK(labelsOf(*found) == labelsOf(*named));
        CHECK((found->table || !named->info.task.empty()));
    }
}

TEST_CASE("file sources: data.rows limits the rows")
{
    const EveryFormat every;
    for (const auto& [kind, name] : every.paths) {
        INFO(kind);
        auto request = every.request(kind, name);
        request.data.rows = 2;
        request.data.task = "auto";
        const auto few = data::loadSource(request);
        INFO((few ? "" : base::describe(few.error())));
        REQUIRE(few);
        CHECK(few->rows() == 2);
    }
}

TEST_CASE("file sources: a file that is cut anywhere is an error of the data, or fewer rows")
{
    const EveryFormat every;
    for (const auto& [kind, name] : every.paths) {
        if (fs::is_directory(every.path() / name))
            continue;
        INFO(kind);
        const auto whole = base::readFile(every.path() / name);
        REQUIRE(whole);
        for (const std::size_t part : {0, 1, 3, 5, 8, 9}) {
            every.put(name, whole->substr(0, whole->size() * part / 10));
            const auto cut = data::loadSource(every.request(kind, name));
            if (!cut)
                CHECK(cut.error().kind == base::ErrorKind::Data);
            else
                CHECK(cut->rows() <= 12);
        }
    }
}

TEST_CASE("file sources: streamed rows are divided as in memory and are the same bits")
{
    const EveryFormat every;
    for (const auto& [kind, name] : every.paths) {
        INFO(kind);
        spec::Experiment experiment;
        experiment.data = every.request(kind, name).data;
        experiment.split.kind = "random";
        experiment.split.train = 0.5;
        experiment.split.validation = 0.5;
        experiment.split.test = 0;
        if (kind == "audio_folder")
            experiment.data.audio.seconds = 0.1;
        const auto whole = data::DataModule::open(experiment);
        experiment.data.mode = "pipe";
        const auto streamed = data::DataModule::open(experiment);
        INFO((streamed ? "" : base::describe(streamed.error())));
        REQUIRE(whole);
        REQUIRE(streamed);
        CHECK(streamed->size() == whole->size());
        CHECK(streamed->info().inputShape == whole->info().inputShape);
        CHECK(streamed->info().classes == whole->info().classes);
        for (const auto part : {data::SplitName::Train, data::SplitName::Validation, data::SplitName::Test}) {
            CHECK(streamed->rows(part) == whole->rows(part));
            const std::vector<std::int64_t> rows = whole->rows(part).all();
            if (rows.empty() || !whole->hasTargets())
                continue;
            const data::Batch a = whole->gather(rows), b = streamed->gather(rows);
            CHECK(tests::floatsOf(a.input) == tests::floatsOf(b.input));
            CHECK(tests::longsOf(a.target.to(at::kLong)) == tests::longsOf(b.target.to(at::kLong)));
            const auto one = whole->sample(rows.front()), other = streamed->sample(rows.front());
            REQUIRE(one);
            REQUIRE(other);
            CHECK(*one == *other);
        }
    }
}

TEST_CASE("file sources: samples stand for their rows and say where they come from")
{
    const EveryFormat every;
    for (const auto& [kind, name] : every.paths) {
        const auto loaded = data::loadSource(every.request(kind, name));
        REQUIRE(loaded);
        if (!loaded->samples)
            continue;
        INFO(kind);
        CHECK(loaded->samples->size() == loaded->rows());
        for (std::int64_t row = 0; row < loaded->samples->size(); ++row) {
            const auto sample = loaded->samples->read(row);
            REQUIRE(sample);
            CHECK(sample->modality == loaded->info.modality);
            CHECK(loaded->samples->outline(row)->shape == sample->shape);
            CHECK(loaded->samples->outline(row)->rate == sample->rate);
            CHECK(loaded->samples->whereOf(row).starts_with(every.path().string()));
            CHECK((loaded->info.modality == data::Modality::Text) != sample->text.empty());
        }
    }
}

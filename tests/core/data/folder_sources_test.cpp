// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/files.h"
#include "core/data/open.h"
#include "core/data/parallel.h"
#include "core/data/pictures/folder_listing.h"
#include "core/data/pictures/picture_set.h"
#include "tests/support/data_sets.h"

#include <atomic>

using namespace core;
namespace fs = std::filesystem;

namespace {

std::string goldenBytes(const std::string& name)
{
    const auto bytes = base::readFile(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/files/" + name);
    REQUIRE(bytes);
    return *bytes;
}

// A grey picture of one brightness.
std::string grey(int height, int width, char value)
{
    return "P5 " + std::to_string(width) + " " + std::to_string(height) + " 255\n" +
           std::string(std::size_t(height * width), value);
}

class Folders : public tests::TempFolder {
public:
    std::string put(const std::string& name, const std::string& bytes) const
    {
        fs::create_directories((path() / name).parent_path());
        return file(name, bytes).string();
    }
    base::Result<data::Loaded> load(std::function<void(data::SourceRequest&)> change = {}) const
    {
        data::SourceRequest request;
        request.data.source = {"file", base::Object{{"path", path().string()}}};
        if (change)
            change(request);
        return data::loadSource(request);
    }
};

data::Problem problemOf(const data::Loaded& loaded, const std::string& kind)
{
    for (const data::Problem& problem : loaded.problems)
        if (problem.kind == kind)
            return problem;
    return {};
}

}

TEST_CASE("image_folder: classes by folders, a corrupt picture is left out and listed")
{
    const Folders folders;
    for (int i = 0; i < 3; ++i) {
        folders.put("dogs/inner/" + std::to_string(i) + ".pgm", grey(4, 6, char(100 + i)));
        folders.put("cats/" + std::to_string(i) + ".PGM", grey(4, 6, char(50 + i)));
    }
    folders.put("cats/broken.jpg", "\xff\xd8\xff\xe0 no picture");
    folders.put("cats/cut.pgm", grey(4, 6, 'x').substr(0, 20));
    folders.put("cats/web.webp", "x");
    folders.put("cats/.hidden.pgm", grey(4, 6, 'x'));
    folders.put("cats/notes.txt", "x");
    const auto loaded = folders.load();
    REQUIRE(loaded);
    CHECK(loaded->info.classes == std::vector<std::string>{"cats", "dogs"});
    CHECK(loaded->info.inputShape == std::vector<std::int64_t>{1, 4, 6});
    CHECK(tests::longsOf(loaded->targets) == std::vector<std::int64_t>{0, 0, 0, 1, 1, 1});
    CHECK(loaded->inputs.scalar_type() == at::kByte);
    CHECK(loaded->inputs.select(0, 4).to(at::kLong).sum().item<std::int64_t>() == 24 * 101);
    const data::Problem unreadable = problemOf(*loaded, "unreadable_files");
    CHECK(unreadable.count == 3);
    CHECK(unreadable.message.find("broken.jpg") != std::string::npos);
    CHECK(unreadable.message.find("web.webp") != std::string::npos);
    CHECK(problemOf(*loaded, "changed_while_read").count == 0);
    const auto sample = loaded->samples->read(5);
    REQUIRE(sample);
    CHECK(sample->shape == std::vector<std::int64_t>{1, 4, 6});
    CHECK(sample->values[0] == 102 / 255.f);
    CHECK(loaded->samples->whereOf(5).ends_with("dogs/inner/2.pgm"));
}

TEST_CASE("image_folder: pictures of different sizes become one, colours only where there are any")
{
    const Folders folders;
    folders.put("a/1.jpg", goldenBytes("rgb.jpg"));
    folders.put("b/1.pgm", grey(20, 10, 'x'));
    const auto loaded = folders.load();
    REQUIRE(loaded);
    CHECK(loaded->info.inputShape == std::vector<std::int64_t>{3, 64, 64});
    const auto small = folders.load([](auto& request) {
        request.data.image.size = 5;
        request.data.image.channels = "grey";
    });
    REQUIRE(small);
    CHECK(small->info.inputShape == std::vector<std::int64_t>{1, 5, 5});
    CHECK(small->samples->read(0)->shape == std::vector<std::int64_t>{1, 9, 7});
}

TEST_CASE("image_folder: folders of parts say how rows are divided, rows thin all classes alike")
{
    const Folders folders;
    for (int i = 0; i < 4; ++i)
        for (const char* name : {"train/a/", "train/b/", "val/a/", "val/b/", "test/b/"})
            folders.put(name + std::to_string(i) + ".pgm", grey(4, 4, char(i)));
    const auto loaded = folders.load();
    REQUIRE(loaded);
    CHECK(loaded->info.classes == std::vector<std::string>{"a", "b"});
    CHECK(loaded->parts == std::vector<std::int32_t>{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2});
    CHECK(tests::longsOf(loaded->targets.narrow(0, 16, 4)) == std::vector<std::int64_t>{1, 1, 1, 1});
    const auto few = folders.load([](auto& request) { request.data.rows = 5; });
    REQUIRE(few);
    CHECK(few->parts == std::vector<std::int32_t>{0, 0, 1, 1, 2});
    CHECK(tests::longsOf(few->targets) == std::vector<std::int64_t>{0, 1, 0, 1, 1});
}

TEST_CASE("image_folder: a folder train alone has the classes in it, and one among others is a class")
{
    const Folders folders;
    for (const char* name : {"train/a/1.pgm", "train/b/1.pgm"})
        folders.put(name, grey(4, 4, 'x'));
    const auto alone = folders.load();
    REQUIRE(alone);
    CHECK(alone->info.classes == std::vector<std::string>{"a", "b"});
    CHECK(alone->parts.empty());
    folders.put("plane/1.pgm", grey(4, 4, 'x'));
    CHECK(folders.load()->info.classes == std::vector<std::string>{"plane", "train"});
}

TEST_CASE("image_folder: a model's new pictures, one or a folder of them")
{
    const Folders folders;
    for (int i = 0; i < 20; ++i) {
        folders.put("set/a/" + std::to_string(i) + ".pgm", grey(4, 4, char(i)));
        folders.put("set/b/" + std::to_string(i) + ".pgm", grey(4, 4, char(100 + i)));
    }
    const auto module = data::DataModule::open(tests::experimentOnFile(folders.path() / "set"));
    REQUIRE(module);
    const std::string one = folders.put("new/x.pgm", grey(8, 12, 'x'));
    folders.put("new/y.ppm", "P3 1 1 255 9 9 9");
    const auto single = module->readInputs(one);
    INFO((single ? "" : base::describe(single.error())));
    REQUIRE(single);
    CHECK(single->sizes().vec() == std::vector<std::int64_t>{1, 1, 4, 4});
    const auto both = module->readInputs((folders.path() / "new").string());
    REQUIRE(both);
    CHECK(both->size(0) == 2);
}

TEST_CASE("image_folder: what is no set says what would be")
{
    const Folders folders;
    const std::string only = folders.put("a/1.pgm", grey(4, 4, 'x'));
    CHECK(folders.load().error().message == "has pictures of one class only, \"a\"");
    CHECK(data::loadPath({}, only).error().message == "is one picture, and no data set");
    folders.put("b/1.pgm", "P5");
    folders.put("a/1.pgm", "P5");
    CHECK(folders.load().error().message.find("holds no picture that can be read") == 0);
}

TEST_CASE("pictures: a folder that changes while it is read is noticed")
{
    const Folders folders;
    std::vector<data::PictureRow> rows;
    for (const char* name : {"1.pgm", "2.pgm"})
        folders.put(name, grey(4, 4, 'x'));
    for (auto& file : data::listFiles(folders.path().string(), data::pictureRules()))
        rows.push_back({.file = file});
    folders.put("3.pgm", grey(4, 4, 'x'));
    folders.put("2.pgm", grey(4, 4, 'y') + "longer");
    data::PictureSetOptions options{.where = folders.path().string()};
    options.listAgain = [&] {
        std::vector<std::string> paths;
        for (const auto& file : data::listFiles(folders.path().string(), data::pictureRules()))
            paths.push_back(file.path);
        return paths;
    };
    data::Loaded loaded;
    REQUIRE(data::loadPictures(rows, options, {}, loaded));
    const data::Problem changed = problemOf(loaded, "changed_while_read");
    CHECK(changed.count == 2);
    CHECK(loaded.info.rows == 2);
}

TEST_CASE("audio_folder: waveforms by class, damaged ones listed")
{
    const Folders folders;
    folders.put("high/1.wav", goldenBytes("pcm16.wav"));
    folders.put("high/2.flac", goldenBytes("stereo.flac"));
    folders.put("low/1.mp3", goldenBytes("stereo.mp3"));
    folders.put("low/2.ogg", "OggS damaged");
    const auto loaded = folders.load();
    REQUIRE(loaded);
    CHECK(loaded->info.modality == data::Modality::Audio);
    CHECK(loaded->info.classes == std::vector<std::string>{"high", "low"});
    CHECK(tests::longsOf(loaded->targets) == std::vector<std::int64_t>{0, 0, 1});
    CHECK(problemOf(*loaded, "unreadable_files").count == 1);
    const auto sample = loaded->samples->read(1);
    REQUIRE(sample);
    CHECK(sample->shape == std::vector<std::int64_t>{2, 300});
    CHECK(sample->rate == 8000);
}

TEST_CASE("coco: pictures beside the annotations, boxes in their samples")
{
    const Folders folders;
    folders.put("images/a.pgm", grey(20, 30, 'x'));
    folders.put("images/b.pgm", grey(20, 30, 'y'));
    const std::string json =
        R"({"images": [{"id": 1, "file_name": "a.pgm"}, {"id": 2, "file_name": "b.pgm"}, {"id": 3, "file_name": "../c"}],
            "annotations": [{"id": 1, "image_id": 2, "category_id": 5, "bbox": [1, 2, 3, 4]}],
            "categories": [{"id": 5, "name": "cat"}]})";
    const std::string file = folders.put("annotations/instances_train.json", json);
    for (const std::string& path : {file, folders.path().string()}) {
        const auto loaded = data::loadPath({}, path);
        REQUIRE(loaded);
        CHECK(loaded->info.task == "detection");
        CHECK(loaded->info.classes == std::vector<std::string>{"cat"});
        CHECK(loaded->info.rows == 2);
        CHECK_FALSE(loaded->targets.defined());
        CHECK((loaded->samples->read(1)->boxes == std::vector<data::Box>{{1, 2, 4, 6, 0}}));
        CHECK(problemOf(*loaded, "unreadable_files").count == 1);
    }
}

TEST_CASE("voc: annotations find their pictures, ImageSets divide them")
{
    const Folders folders;
    for (const char* name : {"1", "2", "3"}) {
        folders.put(std::string("JPEGImages/") + name + ".jpg", goldenBytes("rgb.jpg"));
        folders.put(std::string("Annotations/") + name + ".xml",
                    std::string("<annotation><filename>") + name +
                        ".jpg</filename><object><name>car</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>"
                        "<ymax>3</ymax></bndbox></object></annotation>");
    }
    const auto whole = folders.load();
    REQUIRE(whole);
    CHECK(whole->info.rows == 3);
    CHECK(whole->parts.empty());
    folders.put("ImageSets/Main/train.txt", "1  1\n");
    folders.put("ImageSets/Main/val.txt", "3 -1\n");
    const auto divided = folders.load();
    REQUIRE(divided);
    CHECK(divided->parts == std::vector<std::int32_t>{0, 1});
    CHECK((divided->samples->read(1)->boxes == std::vector<data::Box>{{0, 0, 2, 3, 0}}));
}

TEST_CASE("mask_folder: masks stand beside their pictures")
{
    const Folders folders;
    folders.put("images/a.pgm", grey(2, 3, 'x'));
    folders.put("masks/a_mask.pgm", grey(2, 3, 2));
    folders.put("images/b.pgm", grey(2, 3, 'x'));
    folders.put("masks/b.pgm", grey(3, 3, 1));
    folders.put("images/c.pgm", grey(2, 3, 'x'));
    folders.put("classes.txt", "ground\ntree\n");
    const auto loaded = folders.load();
    REQUIRE(loaded);
    CHECK(loaded->info.task == "segmentation");
    CHECK(loaded->info.rows == 1);
    CHECK(loaded->info.classes == std::vector<std::string>{"ground", "tree", "2"});
    CHECK(loaded->samples->read(0)->mask == std::vector<std::uint8_t>(6, 2));
    CHECK(problemOf(*loaded, "unreadable_files").count == 2);
}

TEST_CASE("work in parallel is done once each")
{
    std::vector<std::atomic<int>> done(1000);
    data::inParallel(done.size(), [&](std::size_t i) { ++done[i]; });
    CHECK(std::all_of(done.begin(), done.end(), [](const auto& each) { return each == 1; }));
    data::inParallel(0, [](std::size_t) { FAIL(); });
}

TEST_CASE("voc: a broken annotation or picture is left out and told, and so is what no list names")
{
    const Folders folders;
    const auto annotation = [](const std::string& name) {
        return "<annotation><filename>" + name +
               ".jpg</filename><object><name>car</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>"
               "<ymax>3</ymax></bndbox></object></annotation>";
    };
    for (const char* name : {"1", "2", "3", "4"}) {
        folders.put(std::string("JPEGImages/") + name + ".jpg", goldenBytes("rgb.jpg"));
        folders.put(std::string("Annotations/") + name + ".xml", annotation(name));
    }
    folders.put("Annotations/2.xml", "<annotation><object><name>car</name>");
    folders.put("JPEGImages/3.jpg", "no picture");
    folders.put("JPEGImages/bare.jpg", goldenBytes("rgb.jpg"));
    const auto whole = folders.load();
    REQUIRE(whole);
    CHECK(whole->info.rows == 2);
    std::string told;
    for (const data::Problem& problem : whole->problems)
        told += problem.message + "\n";
    INFO(told);
    CHECK(told.find("2.xml") != std::string::npos);
    CHECK(told.find("3.jpg") != std::string::npos);
    CHECK(told.find("1 pictures have no file in Annotations") != std::string::npos);
    folders.put("ImageSets/Main/train.txt", "1\n2\n");
    folders.put("ImageSets/Main/val.txt", "3\n");
    const auto divided = folders.load();
    REQUIRE(divided);
    CHECK(divided->info.rows == 1);
    CHECK(divided->parts == std::vector<std::int32_t>{0});
    CHECK(problemOf(*divided, "unlisted_files").message.starts_with("1 of 4 annotations"));
    for (const char* name : {"1", "3", "4"})
        folders.put(std::string("Annotations/") + name + ".xml", "<annotation>");
    const auto none = folders.load();
    REQUIRE_FALSE(none);
    CHECK(none.error().message.find("no annotation that can be read") != std::string::npos);
}

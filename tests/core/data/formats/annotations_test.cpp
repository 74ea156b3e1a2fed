// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/annotations.h"
#include "core/data/formats/xml.h"

using namespace core::data;

namespace {

const std::string coco = R"({"info": {"year": 2024, "deep": [{"id": 3}]},
 "annotations": [
  {"id": 1, "image_id": 20, "category_id": 90, "bbox": [1, 2, 3.5, 4], "iscrowd": 0, "segmentation": [[1, 2, 3, 4]]},
  {"id": 2, "image_id": 10, "category_id": 7, "bbox": [0, 0, 5, 5], "iscrowd": 1,
   "segmentation": {"counts": [1, 2], "size": [3, 4]}},
  {"id": 3, "image_id": 10, "category_id": 7, "bbox": [0, 0, 0, 5]}],
 "images": [{"id": 10, "file_name": "a.jpg", "width": 30, "height": 20}, {"id": 20, "file_name": "b/c.png"}],
 "categories": [{"id": 90, "name": "dog", "supercategory": "animal"}, {"id": 7, "name": "cat"}]})";

std::string cocoProblem(std::string from, const std::string& to)
{
    std::string text = coco;
    text.replace(text.find(from), from.size(), to);
    const auto marks = readCoco(text, "f");
    return marks ? "" : marks.error().message;
}

std::string xmlProblem(const std::string& text)
{
    const auto root = readXml(text, "f");
    return root ? "" : root.error().message;
}

}

TEST_CASE("coco: classes in the order of their ids, boxes as corners, crowds and empty boxes left out")
{
    const auto marks = readCoco(coco, "f");
    REQUIRE(marks);
    CHECK(marks->classes == std::vector<std::string>{"cat", "dog"});
    REQUIRE(marks->pictures.size() == 2);
    CHECK(marks->pictures[0].file == "a.jpg");
    CHECK(marks->pictures[0].width == 30);
    CHECK(marks->pictures[0].things.empty());
    REQUIRE(marks->pictures[1].things.size() == 1);
    const MarkedThing& dog = marks->pictures[1].things[0];
    CHECK(dog.name == "dog");
    CHECK(std::vector{dog.left, dog.top, dog.right, dog.bottom} == std::vector{1.f, 2.f, 4.5f, 6.f});
    CHECK(marks->crowds == 1);
    CHECK(marks->strange == 1);
    CHECK(looksLikeCoco(coco));
    CHECK_FALSE(looksLikeCoco("{\"a\": 1}"));
}

TEST_CASE("coco: what does not fit together says which annotation")
{
    CHECK(cocoProblem("\"image_id\": 20", "\"image_id\": 30") == "annotation 1 is of image 30, which is not listed");
    CHECK(cocoProblem("\"category_id\": 90", "\"category_id\": 9") ==
          "annotation 1 is of category 9, which is not listed");
    CHECK(cocoProblem("\"id\": 20,", "\"id\": 10,") == "has image 10 twice");
    CHECK(cocoProblem("\"images\"", "\"pictures\"") == "lists no images");
    CHECK(cocoProblem("\"info\": {", "\"info\": [").find("is not JSON (byte ") == 0);
    CHECK(readCoco("[1]", "f").error().message.find("is a list where COCO has an object") == 0);
    CHECK(readCoco(std::string(100, '[') + std::string(100, ']'), "f").error().message.find("is a list") == 0);
    CHECK(readCoco("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}", "f").error().message ==
          "has more than 64 levels");
}

TEST_CASE("voc: boxes count from 1 and include their last pixel")
{
    const auto picture = readVoc("<?xml version=\"1.0\"?><!-- made by hand -->\n<annotation verified='yes'>"
                                 "<filename>x.jpg</filename><size><width>5</width><height>4</height></size>"
                                 "<object><name> cat &amp; dog </name><bndbox><xmin>1</xmin><ymin>2</ymin>"
                                 "<xmax>3</xmax><ymax>4.0</ymax></bndbox><difficult/></object></annotation>\n",
                                 "f");
    REQUIRE(picture);
    CHECK(picture->file == "x.jpg");
    CHECK(picture->width == 5);
    REQUIRE(picture->things.size() == 1);
    const MarkedThing& thing = picture->things[0];
    CHECK(thing.name == "cat & dog");
    CHECK(std::vector{thing.left, thing.top, thing.right, thing.bottom} == std::vector{0.f, 1.f, 3.f, 4.f});
    CHECK(readVoc("<a></a>", "f").error().message == "begins with <a> and not with <annotation>");
    CHECK(readVoc("<annotation><object><name>c</name></object></annotation>", "f").error().message ==
          "has no bndbox for \"c\"");
    CHECK(readVoc("<annotation><object><name>c</name><bndbox><xmin>x</xmin></bndbox></object></annotation>", "f")
              .error()
              .message == "has no number in xmin of \"c\"");
}

TEST_CASE("xml: entities of its own, document types and deep nests are refused")
{
    CHECK(xmlProblem("<a>&lt;b&gt;<![CDATA[ <c> ]]></a>").empty());
    CHECK(readXml("<a>&lt;b&gt;<![CDATA[<c>]]></a>", "f")->text == "<b><c>");
    CHECK(xmlProblem("<!DOCTYPE a [<!ENTITY b \"bb\">]>\n<a>&b;</a>").find("line 1 has a document type") == 0);
    CHECK(xmlProblem("<a>\n&b;</a>").find("line 2 has the entity &b") == 0);
    CHECK(xmlProblem("<a><b></a>") == "line 1 ends another element than <b>");
    CHECK(xmlProblem("<a><b>") == "line 1 ends inside <b>");
    CHECK(xmlProblem("<a b>") == "line 1 has an attribute without a value");
    CHECK(xmlProblem("<a b='") == "line 1 has a quote that is never closed");
    CHECK(xmlProblem("<a/><b/>") == "line 1 goes on after its end");
    std::string deep;
    for (int i = 0; i < 100; ++i)
        deep += "<a>";
    CHECK(xmlProblem(deep).find("line 1 has more than 32 elements inside each other") == 0);
}

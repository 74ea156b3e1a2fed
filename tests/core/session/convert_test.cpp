// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/convert.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "tests/support/temp_folder.h"

using namespace core;

TEST_CASE("convert: the dates of a column are written alike, whether one is at midnight or not")
{
    const tests::TempFolder folder;
    const auto file = folder.file("t.csv", "when,day,x,y\n2024-05-01,2024-05-01,1,a\n2024-05-01T06:30,2024-05-02,2,b\n"
                                           ",2024-05-03,3,a\n2024-05-02,2024-05-04,4,b\n");
    const auto resolved =
        spec::resolve(*base::parseJson(R"({"data": {"source": ")" + file.string() + R"("}})"), {session::catalog()});
    const auto out = folder.path() / "out.csv";
    REQUIRE(session::convert(resolved.value, out));
    const auto text = base::readFile(out);
    REQUIRE(text);
    CHECK(*text == "when,day,x,y\n2024-05-01 00:00:00,2024-05-01,1,a\n2024-05-01 06:30:00,2024-05-02,2,b\n"
                   ",2024-05-03,3,a\n2024-05-02 00:00:00,2024-05-04,4,b\n");
}

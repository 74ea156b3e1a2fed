// SPDX-License-Identifier: GPL-3.0-or-later
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

int main(int argc, char** argv)
{
    const int failed = Catch::Session().run(argc, argv);
    return failed > 255 ? 255 : failed;
}
